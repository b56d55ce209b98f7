using System.Globalization;

using Xunit.Abstractions;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>
/// Random reads and writes over REST while the watch cache lags behind the store, compared with a model of what Kubernetes allows: 20,000
/// calls, one in four of them over etcd; MINIK8S_MODEL_CALLS and MINIK8S_MODEL_SEED ask for more and for others.
/// </summary>
public sealed class ModelCheckTests(ITestOutputHelper output)
{
    private const int CallsUntilAFaultShows = 4_000;

    [EveryStoreFact]
    public async Task Calls_Random_AreAnsweredAsTheModelAllows()
    {
        var (calls, seed) = (Setting("MINIK8S_MODEL_CALLS", 20_000), Setting("MINIK8S_MODEL_SEED", 1));
        await using var server = await ModelServer.StartAsync(StoreUnderTest.Kind);
        var run = new ModelRun(server, seed);

        await Judged(run.RunAsync(StoreUnderTest.Kind == StoreKind.Etcd ? calls / 4 : calls - (calls / 4)), seed);

        foreach (var (outcome, count) in run.Outcomes) output.WriteLine($"{count,6} {outcome}");
    }

    /// <summary>The model does not allow everything: each fault is found.</summary>
    [Theory]
    [InlineData(StoreFault.SkipsAnEvent, WireFault.None)]
    [InlineData(StoreFault.TellsAnEventTwice, WireFault.None)]
    [InlineData(StoreFault.RunsAhead, WireFault.None)]
    [InlineData(StoreFault.ReadsTheNewestInsteadOfThePast, WireFault.None)]
    [InlineData(StoreFault.None, WireFault.ReadsOfTheNewestAreOfTheCache)]
    [InlineData(StoreFault.None, WireFault.ReadsNotOlderThanAreOfTheCache)]
    [InlineData(StoreFault.None, WireFault.ReadsOfAPastStateAreOfALaterOne)]
    [InlineData(StoreFault.None, WireFault.PagesMixRevisions)]
    [InlineData(StoreFault.None, WireFault.FieldSelectorsAreForgotten)]
    [InlineData(StoreFault.None, WireFault.WatchesMissTheFirstChange)]
    [InlineData(StoreFault.None, WireFault.UpdatesIgnoreTheVersion)]
    public async Task Calls_OfAServerWithAFault_AreFoundOut(StoreFault store, WireFault wire)
    {
        await using var server = await ModelServer.StartAsync(StoreKind.Ours, store, wire);
        var run = new ModelRun(server, seed: 1);

        var found = await Assert.ThrowsAsync<MismatchException>(() => run.RunAsync(CallsUntilAFaultShows));

        output.WriteLine(found.Message);
    }

    private static async Task Judged(Task run, int seed)
    {
        try
        {
            await run;
        }
        catch (Exception ex)
        {
            Assert.Fail($"With seed {seed}: {ex}");
        }
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
