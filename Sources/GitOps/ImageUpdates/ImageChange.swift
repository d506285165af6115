import GitClient
import InfraAPI

/// What the files of a commit should say instead: a pure function of the files and of the images that were found.
struct ImageChange: Sendable, Hashable {
    /// An image of a policy, as the registry has it.
    struct Newest: Sendable, Hashable {
        let policy: GitImagePolicy
        let tag: String
        let digest: String
    }

    /// New contents by path.
    private(set) var contents: [String: [UInt8]] = [:]
    /// `repository:tag@digest` of each image that changes, sorted.
    private(set) var images: [String] = []
    /// A line for each set: `web.yaml:12:9: shop/web: nginx:1.26 -> nginx:1.27@sha256:…`, in the order of the files.
    private(set) var lines: [String] = []
    /// Places that name an older image and are left alone, with the reason.
    private(set) var left: [String] = []

    var isEmpty: Bool { contents.isEmpty }

    init(files: [GitFile], newest: [Newest]) {
        var images: Set<String> = []
        for file in files where ImageChange.isManifest(file) {
            var bytes = file.bytes
            for index in (ImageSite.sites(in: file) ?? []).indices {
                // Where the others stand may have moved.
                let present = GitFile(path: file.path, bytes: bytes)
                guard let sites = ImageSite.sites(in: present), sites.indices.contains(index) else { continue }
                guard let image = ImageChange.image(for: sites[index], newest) else { continue }
                guard let changed = ImageEdit(site: sites[index], image: image).applied(to: bytes) else {
                    left.append(
                        "\(sites[index].diagnosticPlace): \(sites[index].set) wants \(image): the image is not written plainly "
                            + "here (an anchor, an alias or several lines), and is left alone")
                    continue
                }
                bytes = changed
                images.insert(image)
                lines.append("\(sites[index].diagnosticPlace): \(sites[index].set): \(sites[index].text) -> \(image)")
            }
            if bytes != file.bytes { contents[file.path] = bytes }
        }
        self.images = images.sorted()
    }

    /// What a site should say; nil when it does, when no policy is about it, or when what it says is newer.
    private static func image(for site: ImageSite, _ newest: [Newest]) -> String? {
        guard let found = newest.first(where: { site.isOf($0.policy.image) }) else { return nil }
        let image = "\(site.image.repository):\(found.tag)@\(found.digest)"
        guard image != site.text, !TagChoice(found.policy).isNewer(site.image.tag, than: found.tag) else { return nil }
        return image
    }

    static func isManifest(_ file: GitFile) -> Bool {
        file.kind == .regular && [".yaml", ".yml", ".json"].contains(where: file.path.hasSuffix)
    }

    /// For the commit.
    func message(_ source: String) -> String {
        let subject = images.count == 1 ? "Update \(images[0].prefix { $0 != "@" })" : "Update \(images.count) images"
        return "\(subject)\n\n" + lines.joined(separator: "\n")
            + "\n\nProposed for GitSource \(source): nothing runs it before it is merged.\n"
    }
}
