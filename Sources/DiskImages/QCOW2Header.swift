/// What decides whether a qcow2 file may be opened at all (https://www.qemu.org/docs/master/interop/qcow2.html). It is read
/// before any program of QEMU sees the file: a backing file, or a data file of its own, names a file of the host.
struct QCOW2Header {
    static let length = 104
    private static let magic: [UInt8] = [0x51, 0x46, 0x49, 0xFB]

    let diskBytes: Int

    static func isQCOW2(_ bytes: [UInt8]) -> Bool { Array(bytes.prefix(4)) == magic }

    /// - Parameter bytes: the first `length` of the file.
    init(_ bytes: [UInt8]) throws(DiskImageError) {
        guard bytes.count >= QCOW2Header.length else { throw DiskImageError(.refused, "the qcow2 file is truncated") }
        func number(_ offset: Int, _ count: Int) -> UInt64 {
            bytes[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
        }
        let version = number(4, 4)
        guard version == 2 || version == 3 else {
            throw DiskImageError(.refused, "the file is qcow2 of version \(version); convert it with qemu-img convert")
        }
        guard number(8, 8) == 0 else {
            throw DiskImageError(
                .refused,
                "the image has a backing file, which may name any file of the host; flatten it first: "
                    + "qemu-img convert -O qcow2 IMAGE FLAT")
        }
        guard number(32, 4) == 0 else {
            throw DiskImageError(.refused, "the image is encrypted; convert it with qemu-img convert")
        }
        // Bits 0, 1, 3 and 4: dirty, corrupt, compression type, extended L2. Bit 2 is an external data file.
        let features = version == 3 ? number(72, 8) : 0
        guard features & 0b100 == 0 else {
            throw DiskImageError(
                .refused,
                "the image keeps its data in another file of the host; flatten it first: "
                    + "qemu-img convert -O qcow2 IMAGE FLAT")
        }
        guard features & ~0b11000 == 0 else {
            throw DiskImageError(
                .refused,
                "the image is marked dirty or corrupt, or needs features that are not known here; repair it with "
                    + "qemu-img check -r all, or convert it with qemu-img convert")
        }
        guard let size = Int(exactly: number(24, 8)), size > 0 else {
            throw DiskImageError(.refused, "the qcow2 file says that its disk has no size")
        }
        diskBytes = size
    }
}
