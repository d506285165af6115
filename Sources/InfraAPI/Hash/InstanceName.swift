import Ambient
import Crypto

/// Names of Instances: `<set>-<slot>-<5 characters>`.
public enum InstanceName {
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)

    /// The same decision gives the same name, so that a create whose answer was lost makes no second instance when it is
    /// decided again.
    ///
    /// - Parameters:
    ///   - spec: what is to be made.
    ///   - occupants: names of the instances that stand in the slot; another one beside them is another decision.
    ///   - failure: the slot's last failure; a new try after it is another decision.
    public static func make(
        _ spec: InstanceSpec, setUID: String, occupants: [String], after failure: SlotFailure?
    ) -> String {
        var decision = [setUID, String(spec.slot), spec.revisionHash, String(spec.epoch), spec.restartToken ?? ""]
        decision += failure.map { [String($0.count), String($0.lastFailureAt.microsecondsSinceEpoch)] } ?? ["", ""]
        decision += occupants.sorted()
        var hash = SHA256()
        // A length before each part, so that no two decisions read alike.
        for part in decision { hash.update(data: Array("\(part.utf8.count):\(part)".utf8)) }
        let bytes = Array(hash.finalize())
        let suffix = (0..<5).map { index in
            alphabet[(Int(bytes[2 * index]) << 8 | Int(bytes[2 * index + 1])) % alphabet.count]
        }
        return "\(spec.set)-\(spec.slot)-\(String(decoding: suffix, as: UTF8.self))"
    }
}
