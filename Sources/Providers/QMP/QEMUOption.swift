/// An option in QEMU's own syntax: `driver=raw,node-name=a,file.filename=/x`. Commas in values are doubled, so that no value can add
/// an option.
public struct QEMUOption: Sendable, Hashable {
    private var text: String

    /// - Parameter head: what stands first without a key (`virtio-blk-pci`, `socket`); nil: nothing does.
    public init(_ head: String? = nil) { text = head.map(QEMUOption.escape) ?? "" }

    /// Keys are ours: letters, digits, `-`, `_` and `.`.
    public func with(_ key: String, _ value: String) -> QEMUOption {
        var option = self
        if !option.text.isEmpty { option.text += "," }
        option.text += key + "=" + QEMUOption.escape(value)
        return option
    }

    public func with(_ key: String, _ value: Int) -> QEMUOption { with(key, String(value)) }

    public func with(_ key: String, _ value: Bool) -> QEMUOption { with(key, value ? "on" : "off") }

    public var argument: String { text }

    private static func escape(_ value: String) -> String {
        value.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    }
}
