import Glibc

/// Where manifests come from.
public enum ManifestSource: Sendable, Hashable {
    case text(name: String, bytes: [UInt8])
    case file(String)
    /// The files `*.yaml`, `*.yml` and `*.json` of a directory, in the order of their names.
    case directory(String, recursive: Bool)
    case standardInput

    /// What a person means by a path after `-f`: `-` is standard input, else a file or a directory.
    public static func path(_ path: String, recursive: Bool = false) -> ManifestSource {
        if path == "-" { return .standardInput }
        return FileReader.isDirectory(path) ? .directory(path, recursive: recursive) : .file(path)
    }
}

/// A text to read manifests from.
struct ManifestInput {
    let name: String
    let bytes: [UInt8]
}

/// Reads the sources of one run, as long as they stay within the limit of bytes together.
struct ManifestReader {
    private var remaining: Int
    private let limit: Int
    private(set) var inputs: [ManifestInput] = []
    var diagnostics: DiagnosticCollector

    init(limits: ManifestLimits, diagnostics: DiagnosticCollector) {
        limit = limits.maximumInputBytes
        remaining = limits.maximumInputBytes
        self.diagnostics = diagnostics
    }

    mutating func read(_ source: ManifestSource) {
        switch source {
        case .text(let name, let bytes):
            if bytes.count <= remaining { take(name, bytes) } else { tooLarge(name) }
        case .file(let path): readFile(path)
        case .directory(let path, let recursive): readDirectory(path, recursive)
        case .standardInput: readDescriptor(STDIN_FILENO, name: "<stdin>")
        }
    }

    private mutating func readFile(_ path: String) {
        if FileReader.isDirectory(path) {
            return fail(path, "this is a directory", hint: "name a file, or read it as a directory")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return fail(path, "cannot be opened: \(FileReader.lastError())") }
        defer { close(descriptor) }
        readDescriptor(descriptor, name: path)
    }

    private mutating func readDescriptor(_ descriptor: CInt, name: String) {
        switch FileReader.read(descriptor, limit: remaining) {
        case .success(let bytes): take(name, bytes)
        case .failure(.tooLarge): tooLarge(name)
        case .failure(.system(let message)): fail(name, "cannot be read: \(message)")
        }
    }

    private mutating func readDirectory(_ path: String, _ recursive: Bool) {
        let before = inputs.count
        let problems = diagnostics.diagnostics.count
        readEntries(path, recursive)
        if inputs.count == before, diagnostics.diagnostics.count == problems {
            fail(
                path, "no *.yaml, *.yml or *.json files in this directory",
                hint: recursive ? nil : "ask for its subdirectories too if they are meant")
        }
    }

    private mutating func readEntries(_ path: String, _ recursive: Bool) {
        guard let names = FileReader.names(in: path) else {
            return fail(path, "the directory cannot be read: \(FileReader.lastError())")
        }
        for name in names {
            let entry = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
            if FileReader.isDirectory(entry) {
                // Links to directories are not followed: they can lead round in circles.
                if recursive, !FileReader.isLink(entry) { readEntries(entry, recursive) }
            } else if [".yaml", ".yml", ".json"].contains(where: name.hasSuffix) {
                readFile(entry)
            }
        }
    }

    private mutating func take(_ name: String, _ bytes: [UInt8]) {
        remaining -= bytes.count
        inputs.append(ManifestInput(name: name, bytes: bytes))
    }

    private mutating func tooLarge(_ name: String) {
        fail(name, "with this the input is larger than \(limit) bytes", hint: "apply it in several runs")
    }

    private mutating func fail(_ name: String, _ message: String, hint: String? = nil) {
        diagnostics.add(Diagnostic(file: name, position: .whole, message: message, hint: hint))
    }
}
