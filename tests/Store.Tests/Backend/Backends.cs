using MiniK8s.Store.Backend;

namespace MiniK8s.Store.Tests.Backend;

/// <summary>Every backend that this build has: what each test of the port runs over.</summary>
internal static class Backends
{
    public static TheoryData<string> All => [.. BackendFile.Available.Select(kind => kind.ToString())];

    public static BackendKind Parse(string name) => Enum.Parse<BackendKind>(name);
}
