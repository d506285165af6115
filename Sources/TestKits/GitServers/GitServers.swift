/// Real Git servers for tests, on loopback, each with its files in a directory of its own.
public enum GitServers {}
