import Ambient
import InfraAPI
import Planning
import ProviderInterface
import ResourceAPI

/// Resolves the image of a set's template and computes the revision's hash, the content of its secrets included.
struct TemplateResolution: Sendable {
    let set: InstanceSet
    let templateHash: String
    let agent: ProviderAgent
    let client: any ResourceClient
    let installation: Installation

    func run() async -> EffectOutcome {
        do {
            var template = set.spec.template
            // A token that was not obeyed yet: the tag may have moved, so the registry is asked first.
            let isAsked = set.resolveToken != nil && set.resolveToken != set.status.resolveToken
            template.spec.image = try await agent.provider.resolve(
                image: template.spec.image, askRegistryFirst: isAsked)
            let secrets = try await SecretReader(client: client, namespace: set.namespace).values(of: template)
            let claims = set.spec.volumeClaimTemplates
            let hash = RevisionHash.compute(
                template: template, claims: claims, secretValues: secrets, installationKey: installation.key)
            return .resolved(
                ResolvedRevision(
                    templateHash: templateHash, resolveToken: set.resolveToken, hash: hash, template: template,
                    volumeClaimTemplates: claims, requestedImage: set.spec.template.spec.image))
        } catch let error as ProviderError {
            return EffectOutcome(error)
        } catch let error as APIStatus {
            return .failed(.couldNotTry, reason: error.reason.rawValue, message: error.message)
        } catch {
            return .failed(.tryAgain, reason: "Cancelled", message: "\(error)")
        }
    }
}

/// Reads the secrets that a template refers to, each once. What is read never goes into records, events or logs.
struct SecretReader: Sendable {
    let client: any ResourceClient
    let namespace: String

    /// Throws status 404 for a Secret that is missing, 422 for a key that is.
    func values(of template: InstanceTemplate) async throws(APIStatus) -> [SecretReference: [UInt8]] {
        var secrets: [String: Secret] = [:]
        var values: [SecretReference: [UInt8]] = [:]
        for reference in template.secretReferences {
            let secret: Secret
            if let read = secrets[reference.name] {
                secret = read
            } else {
                secret = try await client.get(Secret.self, namespace: namespace, name: reference.name)
            }
            secrets[reference.name] = secret
            guard let encoded = secret.data[reference.key], let content = Base64.decode(encoded) else {
                throw APIStatus(
                    code: 422, reason: .invalid,
                    message:
                        "Secret \(namespace)/\(reference.name) has no key \(reference.key); add it or change secretRef")
            }
            values[reference] = content
        }
        return values
    }
}
