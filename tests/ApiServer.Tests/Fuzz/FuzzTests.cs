using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

using MiniK8s.ApiServer.Tests.EndToEnd;
using MiniK8s.ApiServer.Tests.Overload;

namespace MiniK8s.ApiServer.Tests.Fuzz;

/// <summary>
/// Damaged requests of every sort against a whole apiserver: each costs less than a second, none is answered as our own failure, and the
/// process, which is this one, lives. 20,000 inputs; MINIK8S_FUZZ_INPUTS and MINIK8S_FUZZ_SEED ask for more and for others.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class FuzzTests
{
    private const int Clients = 4;
    private const int WarmUp = 400;

    [Fact]
    public async Task Inputs_Damaged_AreAnsweredInTimeAndNoneAsOurFailure()
    {
        var (count, seed) = (Setting("MINIK8S_FUZZ_INPUTS", 20_000), Setting("MINIK8S_FUZZ_SEED", 1));
        await using var server = await GrpcApiServer.StartAsync(StoreKind.Ours);
        await server.ConfigMaps.CreateAsync(new() { Object = new() { Metadata = new() { Name = "x", Namespace = "default" }, Data = { ["k"] = "v" } } });
        using var rest = server.Rest("O=system:masters, CN=admin");
        using var grpc = new HttpClient { Timeout = Patience.Limit };
        var inputs = new FuzzInputs($"https://127.0.0.1:{server.SecurePort}", $"http://127.0.0.1:{server.InsecurePort}", seed);
        var (faults, codes) = (new ConcurrentQueue<string>(), new ConcurrentDictionary<string, int>());

        // The first of each sort pays for the compiler; they come again below.
        for (var i = 0; i < WarmUp; i++) await AnswerAsync(i);
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (index, _) =>
        {
            var ((family, code, fault), isMet) = await OneSecond.AskAsync(() => AnswerAsync(index));
            codes.AddOrUpdate($"{family} {code}", 1, (_, seen) => seen + 1);
            if (fault is not null) faults.Enqueue($"{family} {index}: {fault}");
            if (!isMet && !MayWait(inputs.Make(index).Request.RequestUri!)) faults.Enqueue($"{family} {index}: takes more than a second and is answered {code}");
        });

        Assert.True(faults.IsEmpty, $"{faults.Count} faults with seed {seed}:\n{string.Join('\n', faults.Take(20))}");
        Assert.Equal(200, (int)(await rest.GetAsync("/version")).StatusCode);
        // Not everything may bounce off the front door: each family has inputs that are taken and inputs that are refused.
        Assert.All(FuzzInputs.Families, family => Assert.InRange(codes.Keys.Count(key => key.StartsWith(family + " ", StringComparison.Ordinal)), 2, int.MaxValue));

        async Task<(string Family, string Code, string? Fault)> AnswerAsync(int index)
        {
            var (family, request) = inputs.Make(index);
            using (request)
            {
                var (code, fault) = await SendAsync(family == "grpc" ? grpc : rest, request);
                return (family, code, fault is null ? null : $"{request.Method} {request.RequestUri}: {fault}");
            }
        }
    }

    private static async Task<(string Code, string? Fault)> SendAsync(HttpClient client, HttpRequestMessage request)
    {
        try
        {
            using var answer = await client.SendAsync(request);
            return Judge(answer, await answer.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException ex) when (ex.HttpRequestError is HttpRequestError.HttpProtocolError or HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse)
        {
            return ("broken off", null);     // the stream was reset: also an answer to what was no message
        }
        catch (TaskCanceledException)
        {
            return ("none", $"no answer within {Patience.Limit}");
        }
    }

    private static (string Code, string? Fault) Judge(HttpResponseMessage answer, string body)
    {
        var headers = answer.Headers.Concat(answer.TrailingHeaders).ToLookup(header => header.Key, header => header.Value.First());
        if (headers["grpc-status"].FirstOrDefault() is { } status)
        {
            var message = Uri.UnescapeDataString(headers["grpc-message"].FirstOrDefault() ?? "");
            return (status, message.StartsWith("internal error", StringComparison.Ordinal) ? message : null);
        }
        var code = (int)answer.StatusCode;
        return ($"{code}", code >= 500 && !IsDocumented(code, body) ? $"{code} {body}" : null);
    }

    // 500 with an empty reason: a resourceVersion on a create, a list element without its merge key. 504: a version in the future.
    private static bool IsDocumented(int code, string body) =>
        code == 504 || (code == 500 && JsonNode.Parse(body) is JsonObject status && string.IsNullOrEmpty((string?)status["reason"]));

    // For a version in the future: until it comes, or three seconds.
    private static bool MayWait(Uri target) => target.Query.Contains("resourceVersion=", StringComparison.Ordinal);

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
