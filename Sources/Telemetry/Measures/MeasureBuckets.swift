/// Bounds of the histograms, in seconds.
enum MeasureBuckets {
    /// Requests that are answered from memory or by one commit.
    static let requests = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
    /// Reconciles: no waiting in them, so that the long ones are faults.
    static let reconciles = [0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
    /// Calls of a back end: from a list to the pull of an image.
    static let providerCalls = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
    /// From the last moment of the outgoing instance to the first of the incoming one.
    static let gaps = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 30, 60, 120, 300]
}
