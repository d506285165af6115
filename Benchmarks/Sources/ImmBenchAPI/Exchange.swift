import NIOCore

/// What the end of an answer tells.
struct Answer: Sendable {
    var status = 0
    /// Of the body, without the marks of its chunks.
    var bytes = 0
    /// When its last byte came.
    var at = NIODeadline.uptimeNanoseconds(0)
}

/// One HTTP/1.1 connection: counts bodies instead of keeping them, so that measuring costs little.
///
/// Unchecked: it is used on its channel's event loop alone; `channel` is set before anybody else has it.
final class Exchange: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer

    private enum Phase {
        case head
        case body(left: Int)
        case chunkSize
        case chunk(left: Int)
    }

    private(set) var channel: (any Channel)?
    private var phase = Phase.head
    private var pending = ByteBuffer()
    private var answer = Answer()

    /// Told the end of an answer.
    var onAnswer: (Answer) -> Void = { _ in }
    /// Told the status when the head of an answer is there.
    var onHead: (Int) -> Void = { _ in }
    /// Told each piece of a body that has a line's end in it.
    var onLine: () -> Void = {}
    var onClosed: (String) -> Void = { _ in }

    /// Sends a request; call on the channel's event loop.
    func send(_ request: ByteBuffer) { channel?.writeAndFlush(request, promise: nil) }

    func handlerAdded(context: ChannelHandlerContext) { channel = context.channel }

    func channelInactive(context: ChannelHandlerContext) { onClosed("its end") }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        onClosed("\(error)")
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if pending.readableBytes == 0 { pending = bytes } else { pending.writeBuffer(&bytes) }
        while step() {}
        if pending.readableBytes == 0 { pending = ByteBuffer() }
    }

    /// - Returns: whether there may be more to read.
    private func step() -> Bool {
        switch phase {
        case .head:
            guard let head = line(endingWith: [13, 10, 13, 10]) else { return false }
            // The last chunk of the answer before has an empty line behind it.
            begin(head.lowercased().drop { $0.isNewline })
        case .body(let left):
            let count = take(left)
            if count == left { end() } else { phase = .body(left: left - count) }
            return count > 0
        case .chunkSize:
            guard let text = line(endingWith: [13, 10]) else { return false }
            // Behind each chunk is a line's end.
            guard !text.isEmpty else { return true }
            let size = Int(text, radix: 16) ?? 0
            if size > 0 { phase = .chunk(left: size) } else { end() }
        case .chunk(let left):
            let count = take(left)
            phase = count == left ? .chunkSize : .chunk(left: left - count)
            return count > 0
        }
        return true
    }

    private func begin(_ head: Substring) {
        answer = Answer(status: Int(head.dropFirst(9).prefix(3)) ?? 0)
        phase = .chunkSize
        if let field = head.firstRange(of: "content-length:") {
            let length = Int(head[field.upperBound...].drop { $0 == " " }.prefix { $0.isNumber }) ?? 0
            phase = .body(left: length)
        }
        onHead(answer.status)
        if case .body(0) = phase { end() }
    }

    private func take(_ most: Int) -> Int {
        let count = min(most, pending.readableBytes)
        guard count > 0 else { return 0 }
        if pending.getInteger(at: pending.readerIndex + count - 1, as: UInt8.self) == 10 { onLine() }
        pending.moveReaderIndex(forwardBy: count)
        answer.bytes += count
        return count
    }

    private func end() {
        phase = .head
        answer.at = .now()
        onAnswer(answer)
    }

    /// The text before a mark, which is taken too; nil when the mark is not there yet.
    private func line(endingWith mark: [UInt8]) -> String? {
        guard let range = pending.readableBytesView.firstRange(of: mark) else { return nil }
        let text = pending.readString(length: range.lowerBound - pending.readerIndex)
        pending.moveReaderIndex(forwardBy: mark.count)
        return text
    }
}
