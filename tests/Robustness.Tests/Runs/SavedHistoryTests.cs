using MiniK8s.Robustness.Tests.Checking;
using MiniK8s.Robustness.Tests.History;

using Xunit.Abstractions;

namespace MiniK8s.Robustness.Tests.Runs;

/// <summary>
/// Judges a kept history again: <c>MINIK8S_HISTORY=file dotnet test tests/Robustness.Tests --filter SavedHistory</c>; with
/// <c>MINIK8S_HISTORY_OF=etcd</c> as that of an etcd.
/// </summary>
public sealed class SavedHistoryTests(ITestOutputHelper output)
{
    [Fact]
    public void SavedHistory_NamedByTheEnvironment_KeepsEveryPromise()
    {
        if (Environment.GetEnvironmentVariable("MINIK8S_HISTORY") is not { Length: > 0 } file) return;

        var isEtcd = Environment.GetEnvironmentVariable("MINIK8S_HISTORY_OF") == "etcd";
        var verdict = HistoryChecker.Judge(HistoryFile.Read(file), isEtcd ? RobustnessTests.EtcdOptions : RobustnessTests.Options);

        output.WriteLine(verdict.ToString());
        Assert.True(verdict.Violations.Count == 0, verdict.ToString());
    }
}
