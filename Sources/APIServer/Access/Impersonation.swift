import HTTPTypes
import ResourceAPI

extension HTTPField.Name {
    // The names are valid, so that these are never nil.
    fileprivate static let impersonateUser = HTTPField.Name("Impersonate-User")
    fileprivate static let impersonateGroup = HTTPField.Name("Impersonate-Group")
}

extension Caller {
    /// The caller as which this one wants to act (`kubectl --as`), which only administrators may; never passed over in
    /// silence, since the request would then be done with more rights than was asked for.
    ///
    /// - Throws: 403 for everybody else; 400 for a group without a user.
    func impersonating(_ headers: HTTPFields) throws(APIStatus) -> Caller {
        guard let userHeader = HTTPField.Name.impersonateUser, let groupHeader = HTTPField.Name.impersonateGroup else {
            return self
        }
        let groups = headers[values: groupHeader]
        guard let user = headers[userHeader], !user.isEmpty else {
            if groups.isEmpty { return self }
            throw .badRequest("requested groups without impersonating a user: Impersonate-User is missing")
        }
        guard isAdmin else {
            throw APIStatus(
                code: 403, reason: .forbidden,
                message:
                    "users \"\(user)\" is forbidden: User \"\(name)\" cannot impersonate resource \"users\" in API "
                    + "group \"\" at the cluster scope", kind: "users")
        }
        return Caller(name: user, groups: groups, method: .impersonation)
    }
}
