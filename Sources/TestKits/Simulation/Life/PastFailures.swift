extension PastFailure {
    private static let web = LifeScript.SetShape(name: "web", claims: 0)
    private static let kv = LifeScript.SetShape(name: "kv", claims: 1)
    private static func db(_ claims: Int) -> LifeScript.SetShape { .init(name: "db", claims: claims) }

    /// Bugs of the controllers that lives have shown, newest last. Each broke a law, or kept a set from what was asked for; none may
    /// again. `imm-simulate --past` runs them all; a life that fails prints itself as an entry of this list.
    public static let all: [PastFailure] = [
        PastFailure(
            "a list that left out an instance, whose record had no id yet, was taken for the proof of its end",
            seed: 284, [web],
            [
                (3531, .losePower),
                (447, .apply(set: 0, replicas: 1, image: "app:stubborn", .unavailableOnly)),
                (39096, .delete(set: 0, orphansInstances: false)),
                (3277, .apply(set: 0, replicas: 4, image: "app:2", .twoUnavailable)),
                (34452, .jumpWallClock(seconds: 714)),
            ]),
        PastFailure(
            "a wall clock that was set forward made an hour of one failing probe, and a verdict of that", seed: 572,
            [db(1)],
            [
                (0, .apply(set: 0, replicas: 3, image: "app:1", .defaults)),
                (1802, .losePower),
                (2916, .apply(set: 0, replicas: 3, image: "app:stubborn", .recreate)),
                (24971, .scale(set: 0, replicas: 5)),
                (263, .mountByHand(takesName: true, seconds: 33)),
                (1471, .cutAPI(seconds: 49)),
                (3345, .apply(set: 0, replicas: 1, image: "app:2", .defaults)),
                (13442, .cutProvider(seconds: 51)),
                (48386, .losePower),
                (25695, .vanish(pick: 0)),
                (2723, .deleteInstance(pick: 0)),
                (1579, .jumpWallClock(seconds: 1900)),
            ]),
        PastFailure(
            "a list older than the connection showed an instance alive that a power cut had ended, so that it died under our eyes",
            seed: 731, [web, kv],
            [
                (0, .apply(set: 0, replicas: 3, image: "app:1", .defaults)),
                (0, .apply(set: 1, replicas: 3, image: "app:1", .defaults)),
                (2129, .vanish(pick: 1)),
                (31415, .stopController(seconds: 6)),
                (2321, .cutRegistry(seconds: 97)),
                (3342, .crash(pick: 0)),
                (8, .crash(pick: 4)),
                (1545, .apply(set: 1, replicas: 1, image: "app:1", .defaults)),
                (16494, .vanish(pick: 6)),
                (3906, .losePower),
            ]),
        PastFailure(
            "the answer to a create was lost, its object came into the cache between plan and write, and a second one was made",
            seed: 1001, [db(2), web, kv], deleted: [1],
            [
                (0, .apply(set: 0, replicas: 3, image: "app:1", .defaults)),
                (0, .apply(set: 1, replicas: 3, image: "app:1", .defaults)),
                (0, .apply(set: 2, replicas: 3, image: "app:1", .defaults)),
                (2225, .jumpWallClock(seconds: 566)),
                (1375, .apply(set: 1, replicas: 0, image: "app:crashing", .defaults)),
                (3365, .jumpWallClock(seconds: 3033)),
                (2233, .cutProvider(seconds: 12)),
                (35730, .replaceDataRoot(seconds: 23)),
                (15666, .killController),
                (21695, .cutRegistry(seconds: 118)),
                (3973, .cutAPI(seconds: 3)),
                (30609, .jumpWallClock(seconds: 2951)),
            ]),
        PastFailure(
            "a create that landed after its instance had gone was taken for an old list of it, and waited for without end",
            seed: 1011, [db(2), kv], deleted: [0],
            [
                (0, .apply(set: 0, replicas: 3, image: "app:1", .defaults)),
                (0, .apply(set: 1, replicas: 3, image: "app:1", .defaults)),
                (3110, .apply(set: 1, replicas: 4, image: "app:slow", .recreate)),
                (792, .vanish(pick: 1)),
                (1981, .killController),
                (3032, .apply(set: 0, replicas: 0, image: "app:1", .defaults)),
                (11694, .killController),
                (2415, .apply(set: 1, replicas: 0, image: "app:2", .unavailableOnly)),
                (170, .stopController(seconds: 41)),
            ]),
        PastFailure(
            "the answer to a start came after the connection had broken, and made a power cut a death under our eyes",
            seed: 1091, [db(1)],
            [
                (0, .apply(set: 0, replicas: 3, image: "app:1", .defaults)),
                (2683, .vanish(pick: 1)),
                (923, .losePower),
                (644, .killController),
            ]),
        PastFailure(
            "an outgoing instance of which nothing was known was taken away as if it served nobody",
            seed: 2368, [db(2), web, kv], deleted: [0, 2],
            [
                (0, .apply(set: 0, replicas: 3, image: "app:1", .defaults)),
                (0, .apply(set: 1, replicas: 3, image: "app:1", .defaults)),
                (0, .apply(set: 2, replicas: 3, image: "app:1", .defaults)),
                (885, .apply(set: 2, replicas: 1, image: "app:crashing", .unavailableOnly)),
                (2845, .retry(set: 1)),
                (2556, .undo(set: 1)),
                (14447, .undo(set: 1)),
                (1451, .scale(set: 1, replicas: 2)),
                (52502, .apply(set: 0, replicas: 1, image: "app:refused", .defaults)),
                (478, .delete(set: 1, orphansInstances: true)),
                (3759, .apply(set: 0, replicas: 0, image: "app:unknown", .unavailableOnly)),
                (3127, .deleteInstance(pick: 5)),
                (269, .cutRegistry(seconds: 5)),
            ]),
        PastFailure(
            "a copy that was being deleted waited for the volume that was being made from it, and that one for the copy to be whole",
            seed: 3131, [.init(name: "db", claims: 1, takesSnapshots: true)], isCalm: true,
            [
                (2603, .apply(set: 0, replicas: 4, image: "app:1", .recreate)),
                (2949, .apply(set: 0, replicas: 1, image: "app:deaf", .defaults)),
                (792, .pause(set: 0, true)),
                (1813, .replaceDataRoot(seconds: 7)),
                (24359, .undoWithData(set: 0)),
                (15731, .deleteSnapshot(pick: 5)),
            ]),
        PastFailure(
            "the answer to a start came after the instance was known to be gone, brought it back, and its probes were held against its image",
            seed: 3340, [.init(name: "db", claims: 1, takesSnapshots: true), web], deleted: [0],
            [
                (0, .apply(set: 0, replicas: 3, image: "app:1", .defaults)),
                (0, .apply(set: 1, replicas: 3, image: "app:1", .defaults)),
                (47192, .replaceDataRoot(seconds: 40)),
                (43763, .crash(pick: 4)),
                (11373, .snapshot(pick: 2)),
                (2046, .vanish(pick: 5)),
                (1304, .cutRegistry(seconds: 73)),
                (399, .apply(set: 0, replicas: 2, image: "app:stubborn", .minReady)),
                (54493, .cutProvider(seconds: 60)),
            ]),
        PastFailure(
            "the answer to a write that told an instance to go was lost, and another one was taken away as if that one served",
            seed: 4986, [db(1)],
            [
                (0, .apply(set: 0, replicas: 3, image: "app:1", .defaults)),
                (8772, .killController),
                (2934, .restart(set: 0)),
                (2214, .killController),
                (3416, .restart(set: 0)),
                (3808, .scale(set: 0, replicas: 3)),
            ]),
    ]
}
