import Ambient
import ObjectStore
import Testing

@testable import ObjectStoreSQLite

@Suite(.timeLimit(.minutes(1)))
struct CommitQueueTests {
    private let commit = StoreCommit([StoreMutation(key("a"), .delete, if: .none)])

    @Test func `commits that come during a write share the next one`() async throws {
        let gate = Gate()
        let sizes = Guarded<[Int]>([])
        let queue = CommitQueue(batch: 8) { commits in
            let isFirst = sizes.withLock { sizes in
                sizes.append(commits.count)
                return sizes.count == 1
            }
            if isFirst { await gate.wait() }
            return commits.map { _ in .success([]) }
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = await queue.commit(commit) } }
            while queue.waitingCount < 19 { await Task.yield() }
            gate.open()
        }
        #expect(sizes.withLock { $0 } == [1, 8, 8, 3])
    }

    @Test func `each commit gets its own outcome`() async throws {
        let queue = CommitQueue(batch: 4) { commits in
            commits.map { commit in
                .failure(StoreError(.conflict(commit.mutations[0].key, current: nil), commit.mutations[0].key.name))
            }
        }
        await withTaskGroup(of: Bool.self) { group in
            for index in 0..<50 {
                group.addTask {
                    let outcome = await queue.commit(StoreCommit([StoreMutation(key("o\(index)"), .delete, if: .none)]))
                    guard case .failure(let error) = outcome else { return false }
                    return error.message == "o\(index)"
                }
            }
            for await isOwn in group { #expect(isOwn) }
        }
    }

    @Test func `closing waits for the write and refuses the rest`() async throws {
        let gate = Gate()
        let queue = CommitQueue { commits in
            await gate.wait()
            return commits.map { _ in .success([]) }
        }
        async let first = queue.commit(commit)
        while !queue.isWriting { await Task.yield() }
        async let second = queue.commit(commit)
        while queue.waitingCount < 1 { await Task.yield() }
        async let closed: Void = queue.close()
        while !queue.isClosed { await Task.yield() }
        gate.open()
        await closed
        let written = await first
        #expect(throws: Never.self) { try written.get() }
        for refused in [await second, await queue.commit(commit)] {
            let error = #expect(throws: StoreError.self) { try refused.get() }
            #expect(error?.code == .closed)
        }
    }
}

/// Lets nobody through until it is opened.
private final class Gate: Sendable {
    private let state = Guarded<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func wait() async {
        await withCheckedContinuation { waiter in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(waiter) }
                return state.isOpen
            }
            if isOpen { waiter.resume() }
        }
    }

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
