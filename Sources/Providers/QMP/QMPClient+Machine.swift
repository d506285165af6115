public import JSON

extension QMPClient {
    /// `prelaunch` (never ran), `running`, `shutdown`, `paused` …
    public func status() async throws(QMPError) -> String {
        try await execute("query-status")["status"]?.stringValue ?? ""
    }

    /// Lets the processors run.
    public func resume() async throws(QMPError) { try await execute("cont") }

    /// Presses the power button.
    public func pressPowerButton() async throws(QMPError) { try await execute("system_powerdown") }

    /// Ends the process, without the guest's knowledge.
    public func quit() async throws(QMPError) {
        do throws(QMPError) {
            try await execute("quit")
        } catch {
            // It may be gone before its answer.
            guard error.kind == .closed else { throw error }
        }
    }

    /// Opens a disk image as a block node. One that is there under that name is fine.
    public func addBlockNode(_ node: JSONValue) async throws(QMPError) {
        let name = node["node-name"]?.stringValue ?? ""
        if try await hasBlockNode(name) { return }
        try await execute("blockdev-add", node)
    }

    public func hasBlockNode(_ name: String) async throws(QMPError) -> Bool {
        let nodes = try await execute("query-named-block-nodes", ["flat": true]).arrayValue ?? []
        return nodes.contains { $0["node-name"]?.stringValue == name }
    }

    /// Closes a block node, and with it the image's lock. One that is gone is fine.
    public func removeBlockNode(_ name: String) async throws(QMPError) {
        guard try await hasBlockNode(name) else { return }
        try await execute("blockdev-del", ["node-name": .string(name)])
    }

    /// Plugs a device in. One that is there under that id is fine.
    public func addDevice(_ device: JSONValue) async throws(QMPError) {
        if try await hasDevice(device["id"]?.stringValue ?? "") { return }
        try await execute("device_add", device)
    }

    public func hasDevice(_ id: String) async throws(QMPError) -> Bool {
        let devices = try await execute("qom-list", ["path": "/machine/peripheral"]).arrayValue ?? []
        return devices.contains { $0["name"]?.stringValue == id }
    }

    /// Pulls a device out, and returns when it is gone (DEVICE_DELETED). The guest must not use it any more. One that is gone is
    /// fine.
    public func removeDevice(_ id: String, timeout: Duration) async throws(QMPError) {
        guard try await hasDevice(id) else { return }
        do throws(QMPError) {
            try await execute("device_del", ["id": .string(id)])
        } catch {
            // A removal that was asked for before is under way.
            guard case .refused = error.kind, error.message.contains("already in the process of unplug") else {
                throw error
            }
        }
        _ = try await event(timeout: timeout) { $0.name == "DEVICE_DELETED" && $0.data["device"]?.stringValue == id }
        guard try await !hasDevice(id) else {
            throw QMPError(.malformed, "device \(id) is there after QEMU told that it was deleted")
        }
    }
}
