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
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("MINIK8S_FUZZ"), CultureInfo.InvariantCulture, out var count) ? count : 1000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Script_OfAnyKind_EndsAndBreaksNothing(int seed)
    {
        var fuzzer = new ScriptFuzzer(seed, ScriptCorpus.All);
        await using var runner = new ScriptRunner();
        var slowest = (Took: TimeSpan.Zero, Script: "");
        for (var i = 0; i < Count / 2; i++)
        {
            var script = fuzzer.Next();

            var outcome = await runner.RunAsync(script);

            Assert.True(outcome.Fault is null, $"script {i}: {outcome.Fault}\n{script}");
            if (outcome.Took > slowest.Took) slowest = (outcome.Took, script);
        }
        output.WriteLine($"{Count / 2} scripts; the slowest took {slowest.Took.TotalMilliseconds:0} ms:\n{slowest.Script}\n{Environment.WorkingSet >> 20} MiB");
    }

    [Fact]
    public void Catalogue_OfAnyBytes_IsReadOrRefusedAsSuch()
    {
        var random = new Random(3);
        var originals = Originals();
        var directory = Directory.CreateTempSubdirectory("catalogue-").FullName;
        try
        {
            var refused = 0;
            for (var i = 0; i < Count; i++)
            {
                var json = Mutate(random, originals[random.Next(originals.Count)]);
                File.WriteAllBytes(Path.Combine(directory, "fuzzed.json"), json);
                try
                {
                    Use(new ImageCatalogue(directory), json);
                }
                catch (InvalidDataException)
                {
                    refused++;
                }
            }
            output.WriteLine($"{Count} catalogues, {refused} refused");
            Assert.InRange(refused, 1, Count);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
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
        foreach (var name in JsonDocument.Parse(json, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip }).RootElement.GetProperty("images").EnumerateArray()
            .SelectMany(i => i.GetProperty("repositories").EnumerateArray()).Select(r => r.GetString()!))
        {
            if (ImageReference.Parse(name) is not { } reference || catalogue.Find(reference) is not { } image) continue;
            _ = (image.Root, image.Programs, image.PullTime, image.ToInfo());
        }
        _ = catalogue.Preloaded.Count();
    }

    private static byte[] Mutate(Random random, byte[] original)
    {
        var bytes = new List<byte>(original);
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            var length = int.Min(random.Next(1, 30), bytes.Count - at);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(new[] { "null", "\"", "{", "}", "[", "]", "-1", "1e999", "\"->\"", "/", ":", "," }[random.Next(12)]));
                    break;
            }
            if (bytes.Count == 0) bytes.Add((byte)'{');
        }
        return [.. bytes];
    }
}
