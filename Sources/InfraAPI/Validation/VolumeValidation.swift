import JSON

/// Rules of a Volume beyond its schema.
public enum VolumeValidation {
    /// A volume's place may change only while nobody has it.
    public static func validateUpdate(from old: Volume, to new: Volume) -> [FieldError] {
        guard old.spec.claim != new.spec.claim, old.status.boundSetUID != nil || old.status.attachment != nil else {
            return []
        }
        let holder = old.status.attachment.map { "attached to instance \($0.instance)" } ?? "bound to a set"
        return [
            .forbidden(
                FieldPath([.field("spec"), .field("claim")]),
                "the volume is \(holder): its place can change only once it is orphaned")
        ]
    }
}
