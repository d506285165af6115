/// One law, as a value that is shown everything that happens and says what breaks it.
protocol LawRule: Sendable {
    /// A record was written; `world` is as it was before the commit, `after` as it is now.
    mutating func committed(_ change: RecordChange, before: World, after: World) -> [LawViolation]
    /// A call to the provider begins.
    mutating func called(_ call: SimulatedProvider.Call, _ world: World) -> [LawViolation]
    /// Faults have stopped and everything has settled.
    mutating func ended(_ world: World) -> [LawViolation]
}

extension LawRule {
    mutating func committed(_ change: RecordChange, before: World, after: World) -> [LawViolation] { [] }
    mutating func called(_ call: SimulatedProvider.Call, _ world: World) -> [LawViolation] { [] }
    mutating func ended(_ world: World) -> [LawViolation] { [] }
}
