import Ambient
import InfraAPI
import Planning
import ResourceAPI

/// The store versions of the records that one plan was made on. What has changed since is not written: the cache may have
/// moved on between observing and applying, and a write on the newer version would carry out what was decided on the older.
final class PlannedVersions: Sendable {
    private let versions: Guarded<[String: String]>

    init(_ observation: SetObservation) {
        var versions = [observation.set.metadata.uid: observation.set.metadata.resourceVersion]
        for view in observation.instances { versions[view.record.metadata.uid] = view.record.metadata.resourceVersion }
        for view in observation.volumes { versions[view.record.metadata.uid] = view.record.metadata.resourceVersion }
        self.versions = Guarded(versions)
    }

    /// - Throws: 409 when the cached object is another version than was planned on, or than this plan has written.
    func require(_ cached: some APIObject) throws(APIStatus) {
        guard let planned = versions.withLock({ $0[cached.metadata.uid] }), planned != cached.metadata.resourceVersion
        else { return }
        throw APIStatus(
            code: 409, reason: .conflict,
            message: "\(cached.metadata.name) has changed since the plan was made: it is planned again")
    }

    /// The plan's own write: its next one is on top of it.
    func wrote(_ object: some APIObject) {
        versions.withLock { $0[object.metadata.uid] = object.metadata.resourceVersion }
    }
}
