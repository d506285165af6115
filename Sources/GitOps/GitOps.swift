// GitSources: observe a repository, plan what differs, apply it as the source's own identity.
