import Ambient
import WebSocket
import Hummingbird
import JSON
import Logging
import NIOCore
import ResourceAPI

/// A command's session at the one end and a websocket at the other, until either ends.
final class RemoteCommand: Sendable {
    /// A session is not kept for ever by somebody who forgot it.
    private static let longestSession = Duration.seconds(86400)

    private let session: any ExecSession
    private let subprotocol: RemoteCommandProtocol
    private let incoming: IncomingBytes
    private let maxMessageBytes: Int
    private let time: any TimeSource
    private let logger: Logger

    init(
        _ session: any ExecSession, _ subprotocol: RemoteCommandProtocol, _ incoming: IncomingBytes,
        maxMessageBytes: Int, time: any TimeSource, logger: Logger
    ) {
        (self.session, self.subprotocol, self.incoming) = (session, subprotocol, incoming)
        (self.maxMessageBytes, self.time, self.logger) = (maxMessageBytes, time, logger)
    }

    /// Frees the session too when the response is dropped unwritten.
    deinit { cancel() }

    func cancel() {
        session.cancel()
        incoming.end()
    }

    /// The server's half of the websocket goes out as the body of the response that opened it.
    func run(_ body: inout any ResponseBodyWriter) async throws {
        let outgoing = OutgoingFrames()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await self.sendOutput(outgoing)
                outgoing.end()
            }
            group.addTask {
                await self.receive(outgoing)
                // Without a client nobody reads what the command writes.
                self.session.cancel()
                outgoing.end()
            }
            group.addTask {
                guard (try? await self.time.sleep(for: RemoteCommand.longestSession)) != nil else { return }
                self.session.cancel()
            }
            defer {
                outgoing.end()
                cancel()
                group.cancelAll()
            }
            while let frame = await outgoing.next() { try await body.write(ByteBuffer(bytes: frame)) }
        }
    }

    /// Ends with the command's status and the closing of the websocket.
    private func sendOutput(_ outgoing: OutgoingFrames) async {
        // An empty message tells the client that the streams stand.
        await outgoing.send(.stdout, [])
        let status: JSONValue
        do throws(APIStatus) {
            while let output = try await session.next() {
                switch output {
                case .stdout(let bytes): await outgoing.send(.stdout, bytes)
                case .stderr(let bytes): await outgoing.send(.stderr, bytes)
                }
            }
            status = RemoteCommandProtocol.status(exitCode: try await session.exitCode())
        } catch {
            status = error.json
        }
        await outgoing.send(.error, status.encoded())
        await outgoing.put(WebSocketFrame.ofServer.close())
    }

    private func receive(_ outgoing: OutgoingFrames) async {
        var reader = WebSocketReader(from: .client, maxMessageBytes: maxMessageBytes)
        while let bytes = await incoming.next() {
            reader.feed(bytes)
            do throws(WebSocketReader.Flaw) {
                while let message = try reader.next() {
                    switch message {
                    case .data(let payload): await take(subprotocol.read(payload))
                    case .ping(let payload): await outgoing.put(WebSocketFrame.ofServer.pong(payload))
                    case .close: return await outgoing.put(WebSocketFrame.ofServer.close())
                    }
                }
            } catch {
                logger.debug("exec websocket refused", metadata: ["error": "\(error.message)"])
                return await outgoing.put(WebSocketFrame.ofServer.close(error.code))
            }
        }
    }

    private func take(_ message: RemoteCommandProtocol.Message) async {
        do throws(APIStatus) {
            switch message {
            case .input(let bytes): try await session.write(bytes)
            case .endOfInput: session.closeInput()
            case .resize(let columns, let rows): try await session.resize(columns: columns, rows: rows)
            case .nothing: break
            }
        } catch {
            // The command has ended, or has no such stream: its status says what there is to say.
            logger.debug("exec input refused", metadata: ["error": "\(error)"])
        }
    }
}
