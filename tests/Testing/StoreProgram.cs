using System.Diagnostics;

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

    private static readonly string _folder = Path.Combine(Root(), "src", "Lab", "bin", Configuration, "net10.0");

    /// <summary>The program that needs no runtime, where this machine could build it (eng/NativeStore.targets).</summary>
    public static string Native { get; } = Path.Combine(_folder, "native", "MiniK8s.Store");

    /// <summary>How it is started, as the lab does.</summary>
    public static ProcessStartInfo Start(params IEnumerable<string> arguments) =>
        File.Exists(Native) ? new(Native, arguments) : new("dotnet", [Path.Combine(_folder, "MiniK8s.Store.dll"), .. arguments]);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "global.json"))) folder = folder.Parent;
        return folder.FullName;
    }
}
