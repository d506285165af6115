extension LifeScript {
    /// As an entry of `PastFailure.all`, in Swift.
    public func code(bug: String) -> String {
        let shapes = sets.map { set in
            let copies = set.takesSnapshots ? ", takesSnapshots: true" : ""
            return ".init(name: \"\(set.name)\", claims: \(set.claims)\(copies))"
        }.joined(separator: ", ")
        let deleted = deletedInTheEnd.indices.filter { deletedInTheEnd[$0] }.map(String.init).joined(separator: ", ")
        let options = (deleted.isEmpty ? "" : " deleted: [\(deleted)],") + (faults == .none ? " isCalm: true," : "")
        let lines = entries.map { "                (\($0.pause), \($0.action.code))," }.joined(separator: "\n")
        return """
                    PastFailure(
                        "\(bug)",
                        seed: \(seed), [\(shapes)],\(options)
                        [
            \(lines)
                        ]),
            """
    }
}

extension LifeAction {
    fileprivate var code: String {
        switch self {
        case .apply(let set, let replicas, let image, let strategy):
            ".apply(set: \(set), replicas: \(replicas), image: \"\(image)\", .\(strategy.code))"
        case .scale(let set, let replicas): ".scale(set: \(set), replicas: \(replicas))"
        case .pause(let set, let isPaused): ".pause(set: \(set), \(isPaused))"
        case .undo(let set): ".undo(set: \(set))"
        case .undoWithData(let set): ".undoWithData(set: \(set))"
        case .snapshot(let pick): ".snapshot(pick: \(pick))"
        case .deleteSnapshot(let pick): ".deleteSnapshot(pick: \(pick))"
        case .restart(let set): ".restart(set: \(set))"
        case .retry(let set): ".retry(set: \(set))"
        case .delete(let set, let orphans): ".delete(set: \(set), orphansInstances: \(orphans))"
        case .deleteInstance(let pick): ".deleteInstance(pick: \(pick))"
        case .killController: ".killController"
        case .stopController(let seconds): ".stopController(seconds: \(seconds))"
        case .cutAPI(let seconds): ".cutAPI(seconds: \(seconds))"
        case .cutProvider(let seconds): ".cutProvider(seconds: \(seconds))"
        case .jumpWallClock(let seconds): ".jumpWallClock(seconds: \(seconds))"
        case .crash(let pick): ".crash(pick: \(pick))"
        case .vanish(let pick): ".vanish(pick: \(pick))"
        case .mountByHand(let takesName, let seconds): ".mountByHand(takesName: \(takesName), seconds: \(seconds))"
        case .losePower: ".losePower"
        case .replaceDataRoot(let seconds): ".replaceDataRoot(seconds: \(seconds))"
        case .fillQuota(let seconds): ".fillQuota(seconds: \(seconds))"
        case .cutRegistry(let seconds): ".cutRegistry(seconds: \(seconds))"
        }
    }
}

extension SetStrategy {
    fileprivate var code: String {
        switch self {
        case .defaults: "defaults"
        case .surgeOnly: "surgeOnly"
        case .unavailableOnly: "unavailableOnly"
        case .twoUnavailable: "twoUnavailable"
        case .recreate: "recreate"
        case .minReady: "minReady"
        }
    }
}
