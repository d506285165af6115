import ArgumentParser
import ResourceAPI

/// Which objects of a kind.
struct SelectorOptions: ParsableArguments {
    @Option(
        name: [.customShort("l"), .long], help: "Label selector: app=web,tier!=db,env in (a,b)")
    var selector: String?

    @Option(name: .long, help: "Field selector: metadata.name=web")
    var fieldSelector: String?

    var isEmpty: Bool { selector == nil && fieldSelector == nil }

    var listOptions: ListOptions { ListOptions(labelSelector: selector, fieldSelector: fieldSelector) }
}
