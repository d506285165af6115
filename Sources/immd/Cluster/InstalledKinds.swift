import APIClient
import Ambient
import InfraAPI
import JSON
import Logging
import OpenAPI
import ResourceAPI

/// Whether the cluster knows our kinds as this version of imm does. Nothing runs before it does: a server drops fields that it does
/// not know without a word.
final class InstalledKinds: Sendable {
    private static let remedy = "immd crds | kubectl apply --server-side -f -"
    private static let period = Duration.seconds(5)
    /// Fields that are named; more would be a wall of text.
    private static let named = 5

    private let client: HTTPResourceClient
    private let readsDefinitions: Bool
    private let time: any TimeSource
    private let logger: Logger
    private let verdict = Guarded<String?>("the definitions of imm's kinds were not looked at yet")

    /// - Parameter readsDefinitions: whether definitions, which have no namespace, may be read.
    init(_ client: HTTPResourceClient, readsDefinitions: Bool, _ time: any TimeSource, logger: Logger) {
        self.client = client
        self.readsDefinitions = readsDefinitions
        self.time = time
        self.logger = logger
    }

    /// nil: all is well.
    var trouble: String? { verdict.withLock { $0 } }

    /// Looks until all kinds are there, or the task is cancelled.
    func wait() async throws {
        var told: String?
        while true {
            let found = await look()
            verdict.withLock { $0 = found }
            guard let found else { return }
            if found != told { logger.error("not ready", metadata: ["why": "\(found)"]) }
            told = found
            try await time.sleep(for: InstalledKinds.period)
        }
    }

    /// By the definitions, or where those may not be read by what the server publishes of our group to everybody.
    private func look() async -> String? {
        do throws(APIStatus) {
            let document = readsDefinitions ? nil : try await document()
            return try await compare(document)
        } catch {
            return "the definitions of imm's kinds cannot be read: \(error.message)"
        }
    }

    private func compare(_ document: JSONValue?) async throws(APIStatus) -> String? {
        var absent: [String] = []
        var older: [String] = []
        for type in CustomResourceDefinitions.kinds {
            // Without the right to read kinds that have no namespace they are none of our business.
            if document != nil, !type.namespaced { continue }
            do throws(APIStatus) {
                guard let missing = try await missing(of: type, document) else {
                    absent.append(type.qualifiedName)
                    continue
                }
                guard !missing.isEmpty else { continue }
                let names = missing.prefix(InstalledKinds.named).joined(separator: ", ")
                older.append(
                    "\(type.qualifiedName) has no \(names)" + (missing.count > InstalledKinds.named ? ", …" : ""))
            } catch {
                guard error.isNotFound else { throw error }
                absent.append(type.qualifiedName)
            }
        }
        guard !absent.isEmpty || !older.isEmpty else { return nil }
        let what = [
            absent.isEmpty ? "" : "not installed: \(absent.joined(separator: ", "))",
            older.isEmpty ? "" : "older than this immd: \(older.joined(separator: "; "))",
        ].filter { !$0.isEmpty }.joined(separator: "; ")
        return "CustomResourceDefinitions \(what). Install those of this version: \(InstalledKinds.remedy)"
    }

    private func missing(of type: ResourceType, _ document: JSONValue?) async throws(APIStatus) -> [String]? {
        if let document { return SchemaComparison.missing(inDocument: document, of: type) }
        return SchemaComparison.missing(in: try await installed(type), of: type)
    }

    /// Nothing where the server knows nothing of our group.
    private func document() async throws(APIStatus) -> JSONValue {
        do throws(APIStatus) {
            let bytes = try await client.send("/openapi/v3/apis/imm.dev/v1alpha1")
            guard let document = try? JSONValue(parsing: bytes) else {
                throw APIStatus(code: 500, reason: .internalError, message: "the OpenAPI document is not JSON")
            }
            return document
        } catch {
            guard error.isNotFound else { throw error }
            return [:]
        }
    }

    private func installed(_ type: ResourceType) async throws(APIStatus) -> JSONValue {
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/\(type.qualifiedName)"
        let bytes = try await client.send(path)
        guard let definition = try? JSONValue(parsing: bytes) else {
            throw APIStatus(
                code: 500, reason: .internalError, message: "the definition of \(type.qualifiedName) is not JSON")
        }
        return definition
    }
}
