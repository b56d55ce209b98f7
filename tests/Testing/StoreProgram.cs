namespace MiniK8s.Testing;

/// <summary>Our store as users have it: in the lab's folder, compiled ahead, so that a test which starts it often pays no compiler each time.</summary>
/// <remarks>It is built there because the tests' project references src/Lab.</remarks>
public static class StoreProgram
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    /// <summary>What <c>dotnet</c> is given to run.</summary>
    public static string Assembly { get; } = Path.Combine(Root(), "src", "Lab", "bin", Configuration, "net10.0", "MiniK8s.Store.dll");

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "global.json"))) folder = folder.Parent;
        return folder.FullName;
    }
}
