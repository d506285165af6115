import Ambient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One read of a descriptor on a thread of its own: it may block for as long as nobody types, which no thread that
/// other tasks run on may.
final class InputThread: Sendable {
    private static let chunkBytes = 32 << 10

    private let descriptor: Int32
    private let waiter = Guarded<CheckedContinuation<[UInt8]?, Never>?>(nil)

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// What is there; nil at the end, for a descriptor that cannot be read, and when the task is cancelled, which loses
    /// what is typed next.
    static func read(_ descriptor: Int32) async -> [UInt8]? {
        let thread = InputThread(descriptor)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                thread.waiter.withLock { $0 = continuation }
                if Task.isCancelled || !thread.start() { thread.finish(nil) }
            }
        } onCancel: {
            thread.finish(nil)
        }
    }

    private func start() -> Bool {
        let context = Unmanaged.passRetained(self).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let body: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { context in
                Unmanaged<InputThread>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }
        #else
            var thread = pthread_t()
            let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
                if let context { Unmanaged<InputThread>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }
        #endif
        guard pthread_create(&thread, nil, body, context) == 0 else {
            Unmanaged<InputThread>.fromOpaque(context).release()
            return false
        }
        #if canImport(Darwin)
            if let thread { pthread_detach(thread) }
        #else
            pthread_detach(thread)
        #endif
        return true
    }

    private func run() {
        var buffer = [UInt8](repeating: 0, count: InputThread.chunkBytes)
        var count = -1
        repeat { count = systemRead(descriptor, &buffer, buffer.count) } while count < 0 && errno == EINTR
        finish(count > 0 ? Array(buffer[..<count]) : nil)
    }

    private func finish(_ bytes: [UInt8]?) {
        waiter.withLock { $0.take() }?.resume(returning: bytes)
    }
}

// Inside the type the name means its own method.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
