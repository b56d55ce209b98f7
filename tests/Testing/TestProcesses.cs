using System.Runtime.CompilerServices;

namespace MiniK8s.Testing;

/// <summary>How the runtime treats the processes that tests start. Compiled into every test project (Directory.Build.targets).</summary>
internal static class TestProcesses
{
    // They live for seconds, and compiling anew what they run would take more than it gives back: it waits for ten seconds of rest, not for half
    // of one. Ten tests of labs took 24 s of CPU with it, 38 without. Milliseconds, in hexadecimal; the test's own process has read its own by now.
    [ModuleInitializer]
    internal static void LetThemRest() => Environment.SetEnvironmentVariable("DOTNET_TC_CallCountingDelayMs", "2710");
}
