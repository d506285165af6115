import Glibc

/// A parser under test: its name, and what it is made to do with one input.
struct FuzzTarget: Sendable {
    let name: String
    /// Returns when the input is read or refused in order; traps when a property does not hold.
    let check: @Sendable ([UInt8]) -> Void
    /// Whether an input is two JSON documents, which are worth changing as trees.
    var isTwoDocuments = false

    static let all: [FuzzTarget] = [
        FuzzTarget(name: "json", check: checkJSON), FuzzTarget(name: "yaml", check: checkYAML),
        FuzzTarget(name: "json-patch", check: checkJSONPatch, isTwoDocuments: true),
        FuzzTarget(name: "merge-patch", check: checkMergePatch, isTwoDocuments: true),
        FuzzTarget(name: "strategic-patch", check: checkStrategicPatch, isTwoDocuments: true),
        FuzzTarget(name: "label-selector", check: checkLabelSelector),
        FuzzTarget(name: "field-selector", check: checkFieldSelector),
        FuzzTarget(name: "jsonpath", check: checkJSONPath), FuzzTarget(name: "protobuf", check: checkProtobuf),
        FuzzTarget(name: "apply", check: checkApply, isTwoDocuments: true), FuzzTarget(name: "url", check: checkURL),
        FuzzTarget(name: "accept", check: checkAccept), FuzzTarget(name: "list-token", check: checkListToken),
    ]

    static func select(_ name: String) -> FuzzTarget {
        guard let target = all.first(where: { $0.name == name }) else {
            fail("there is no target \(name): one of \(all.map(\.name).joined(separator: ", "))")
        }
        selected = target
        return target
    }

    /// Never returns: libFuzzer ends the process, with status 0 unless it found something.
    func run() {
        // The target's name is ours; the rest is libFuzzer's.
        let arguments = [CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)
        var pointers = arguments.map { strdup($0) } + [nil]
        pointers.withUnsafeMutableBufferPointer { buffer in
            var count = Int32(arguments.count)
            var base = buffer.baseAddress
            exit(LLVMFuzzerRunDriver(&count, &base, testOneInput))
        }
    }
}

/// Set once before libFuzzer runs, on the one thread that there is then.
nonisolated(unsafe) private var selected: FuzzTarget?

@_silgen_name("LLVMFuzzerRunDriver")
private func LLVMFuzzerRunDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// Has libFuzzer's own name because the library's own `main`, which is not used, refers to it.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    selected?.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

@_silgen_name("LLVMFuzzerMutate")
private func LLVMFuzzerMutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int

/// libFuzzer calls it in place of its own mutations.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32) -> Int {
    guard selected?.isTwoDocuments == true, seed % 4 != 0 else { return LLVMFuzzerMutate(bytes, count, limit) }
    var mutator = JSONMutator(seed: seed)
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    guard let text = mutator.mutated(input, limitBytes: limit) else { return LLVMFuzzerMutate(bytes, count, limit) }
    bytes.update(from: text, count: text.count)
    return text.count
}
