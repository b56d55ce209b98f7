using System.Globalization;
using System.Text;
using System.Text.Json;
using MiniK8s.Kubelet.Simulation.Images;
using MiniK8s.Kubelet.Tests.Simulation.Fuzzing;
using Xunit.Abstractions;

namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>
/// Nothing that a container is told to do, and no catalogue that a user writes, breaks or stops the kubelet. MINIK8S_FUZZ=100000 runs so many of each
/// instead of the few that every run has.
/// </summary>
/// <remarks>
/// A hang is more than a second of real time. What counts is the time of the thread that does all of a script's work (<see cref="ScriptRunner"/>): how long it
/// had a processor, and how long it neither had one nor waited for one. How long other processes kept it from a processor says nothing of the script, and is
/// told apart by the kernel's own account (<see cref="ThreadTimes"/>); so the figures are the same beside a build as on an idle machine. A catalogue is read by
/// the test's own thread. Memory is what is reachable after a collection, from the hundredth script to the last.
/// </remarks>
[Collection(AloneCollection.Name)]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int WarmUp = 100;
    // Pools and caches of the runtime fill once: 41 MiB after 50,000 scripts, 45 after 100,000.
    private const long MaxGrowth = 64 << 20;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(1);
    private static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("MINIK8S_FUZZ"), CultureInfo.InvariantCulture, out var count) ? count : 1000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Script_OfAnyKind_EndsAndBreaksNothing(int seed)
    {
        var fuzzer = new ScriptFuzzer(seed, ScriptCorpus.Busybox.All);
        await using var runner = new ScriptRunner();
        var report = new FuzzReport();
        var atFirst = 0L;
        for (var i = 0; i < int.Max(Count / 2, WarmUp + 1); i++)
        {
            var script = fuzzer.Next();

            var outcome = await runner.RunAsync(script);

            Assert.True(outcome.Fault is null, $"script {i}: {outcome.Fault}\n{script}");
            Assert.True(outcome.Times.Cpu < Hang && outcome.Times.Idle < Hang, $"script {i} hung: {outcome.Times}\n{script}");
            report.Add(outcome.Times, script);
            if (i == WarmUp) atFirst = GC.GetTotalMemory(forceFullCollection: true);
        }
        var growth = GC.GetTotalMemory(forceFullCollection: true) - atFirst;
        output.WriteLine($"{report}\nmemory: {atFirst >> 10} KiB after {WarmUp}, {growth >> 10} KiB more at the end");
        Assert.True(growth < MaxGrowth, $"{growth} bytes are held that were not after {WarmUp} scripts");
    }

    [Fact]
    public void Catalogue_OfAnyBytes_IsReadOrRefusedAsSuch()
    {
        var random = new Random(3);
        var originals = Originals();
        using var directory = new TemporaryDirectory();
        var (refused, slowest) = (0, TimeSpan.Zero);
        for (var i = 0; i < Count; i++)
        {
            var original = originals[random.Next(originals.Count)];
            var json = i % 2 == 0 ? CatalogueFuzzer.ChangeBytes(random, original) : CatalogueFuzzer.ChangeValues(random, original);
            File.WriteAllBytes(directory.File("fuzzed.json"), json);
            var times = ThreadTimes.Now();
            try
            {
                Use(new ImageCatalogue(directory.Path), json);
            }
            catch (InvalidDataException error)
            {
                refused++;
                Assert.Matches(@"(?s)fuzzed\.json( is not an image catalogue)?: .{5,}", error.Message);
            }
            times = ThreadTimes.Now() - times;
            Assert.True(times.Cpu < Hang, $"catalogue {i}: {times}\n{Encoding.UTF8.GetString(json)}");
            if (times.Cpu > slowest) slowest = times.Cpu;
        }
        output.WriteLine($"{Count} catalogues, {refused} refused, the dearest {slowest.TotalMilliseconds:0} ms of a processor");
        Assert.InRange(refused, 1, Count - 1);
    }

    // Those that come with the kubelet.
    private static List<byte[]> Originals()
    {
        var assembly = typeof(ImageCatalogue).Assembly;
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith("Catalogue/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return content.ToArray();
        }).ToList();
    }

    // As a pull and a start look at every image.
    private static void Use(ImageCatalogue catalogue, byte[] json)
    {
        var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip }).RootElement;
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty("images", out var images) || images.ValueKind != JsonValueKind.Array) return;
        foreach (var name in images.EnumerateArray().SelectMany(i => i.GetProperty("repositories").EnumerateArray()).Select(r => r.GetString()!))
        {
            if (ImageReference.Parse(name) is not { } reference || catalogue.Find(reference) is not { } image) continue;
            _ = (image.Root, image.Programs, image.PullTime, image.ToInfo());
        }
        _ = catalogue.Preloaded.Count();
    }
}
