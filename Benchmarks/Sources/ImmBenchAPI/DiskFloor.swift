import BenchKit
import Glibc

/// What the disk can do at most: appends of one size, each followed by fdatasync.
struct DiskFloor {
    let directory: String

    func note(_ report: Report) throws {
        // A WAL frame is a page of 4 KiB with its header; a commit of one object writes a few.
        let sizes = [(16 << 10, "16 KiB"), (64 << 10, "64 KiB")]
        let rates = try sizes.map { "\(Report.figure(try rate(bytes: $0.0)))/s of \($0.1)" }
        report.note("floor, write + fdatasync one after the other: \(rates.joined(separator: ", "))")
    }

    private func rate(bytes count: Int) throws -> Double {
        let path = directory + "/floor"
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw BenchmarkFailure("cannot open \(path): errno \(errno)") }
        defer {
            close(file)
            unlink(path)
        }
        let bytes = [UInt8](repeating: 1, count: count)
        let start = Clock.now
        var written = 0
        while Clock.now - start < 1 {
            guard write(file, bytes, count) == count, fdatasync(file) == 0 else {
                throw BenchmarkFailure("cannot write \(path): errno \(errno)")
            }
            written += 1
        }
        return Double(written) / (Clock.now - start)
    }
}
