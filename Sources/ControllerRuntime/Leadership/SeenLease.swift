import InfraAPI

/// The record that was seen last, and since when it stands on our own clock.
struct SeenLease: Sendable {
    private var version = ""
    private var holder = ""
    private var since = Duration.zero
    private var duration = Duration.zero

    mutating func note(_ lease: Lease, at uptime: Duration) {
        guard lease.metadata.resourceVersion != version else { return }
        version = lease.metadata.resourceVersion
        holder = lease.spec.holderIdentity ?? ""
        duration = .seconds(lease.spec.leaseDurationSeconds ?? 15)
        since = uptime
    }

    /// Whether nobody has to be waited for: the record names nobody, us, or somebody from whom nothing was heard.
    func isFree(for identity: String, at uptime: Duration) -> Bool {
        holder.isEmpty || holder == identity || uptime - since >= duration
    }
}
