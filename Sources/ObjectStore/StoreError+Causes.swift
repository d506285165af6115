extension StoreError {
    package static func compacted(_ version: StoreVersion, oldest: StoreVersion) -> StoreError {
        StoreError(
            .compacted(oldest: oldest),
            "version \(version) is retained no longer, the oldest is \(oldest): list again and go on from there")
    }

    package static func future(_ version: StoreVersion, current: StoreVersion) -> StoreError {
        StoreError(.future(current: current), "version \(version) is not reached yet, the store is at \(current)")
    }
}
