/// Lets a few beds be made at a time: each has a server, a kubelet and connections, and a process has but so many descriptors.
actor BedPlaces {
    static let shared = BedPlaces()

    private var free = 12
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        if free > 0 {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
