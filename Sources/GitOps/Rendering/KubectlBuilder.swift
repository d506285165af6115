public import Ambient
import GitClient
import Glibc
import ProcessControl

/// Builds kustomizations by `kubectl kustomize`, in a directory of its own: no plug-ins, no charts, nothing but the commit's files.
public struct KubectlBuilder: Sendable {
    /// Bytes of what a kustomization is built into.
    private static let maximumOutput = 64 << 20

    private let program: String
    private let directory: String
    private let surroundings: Surroundings

    /// nil when kubectl is not installed.
    ///
    /// - Parameters:
    ///   - directory: where the files of a build are put while it runs; what is in it is ours.
    ///   - searchPath: where kubectl is looked for.
    public init?(
        directory: String, searchPath: String = "/usr/local/bin:/usr/bin:/bin", _ surroundings: Surroundings
    ) {
        let candidates: [String] = searchPath.split(separator: ":").map { "\($0)/kubectl" }
        let found = candidates.first { path in path.hasPrefix("/") && access(path, X_OK) == 0 }
        guard let found else { return nil }
        program = found
        self.directory = directory
        self.surroundings = surroundings
    }

    public var builder: KustomizationBuilder {
        { files, path, timeout throws(GitError) in try await self.build(files, path, timeout) }
    }

    func build(_ files: [GitFile], _ path: String, _ timeout: Duration) async throws(GitError) -> [UInt8] {
        let place: PrivateDirectory
        do throws(FileFailure) {
            place = try PrivateDirectory(directory).temporary("kustomize-", surroundings.randomness)
        } catch { throw GitError(.failed, "\(error)") }
        defer { place.remove() }
        do throws(FileFailure) {
            // Names come from git, which has neither `..` nor an empty part in them.
            for file in files where file.kind == .regular { try place.write("tree/\(file.path)", file.bytes) }
            _ = try PrivateDirectory("\(place.path)/home")
        } catch { throw GitError(.failed, "\(error)") }
        let target = path == "." ? "." : "./\(path)"
        let result: ProgramResult
        do throws(ProgramFailure) {
            result = try await ProgramRunner(time: surroundings.time).run(
                ProgramCall(
                    program, ["kustomize", target],
                    environment: KubectlBuilder.environment(place),
                    directory: "\(place.path)/tree", outputLimit: KubectlBuilder.maximumOutput, timeout: timeout))
        } catch {
            switch error {
            case .timedOut:
                throw GitError(.timedOut, "kubectl kustomize took longer than \(timeout.components.seconds) s")
            case .outputTooLarge, .exceeded:
                throw GitError(.refused, "it is built into more than \(KubectlBuilder.maximumOutput) bytes")
            case .cancelled: throw GitError(.failed, "kubectl kustomize was called off")
            case .notStarted(let reason): throw GitError(.failed, "\(program) cannot be started: \(reason)")
            }
        }
        guard result.isSuccess else {
            let said = String(decoding: result.errors, as: UTF8.self).replacing("\(place.path)/tree", with: "")
            throw GitError(.refused, "kubectl kustomize: \(said.prefix(2000))")
        }
        return result.output
    }

    /// No PATH: what it would start, it does not find. Nobody's configuration; and of the network only a proxy that is none.
    private static func environment(_ place: PrivateDirectory) -> [String: String] {
        let nobody = "http://127.0.0.1:1"
        return [
            "HOME": "\(place.path)/home", "TMPDIR": "\(place.path)/home", "PATH": "/nonexistent", "LC_ALL": "C",
            "KUBECONFIG": "/dev/null", "HTTP_PROXY": nobody, "HTTPS_PROXY": nobody,
        ]
    }
}
