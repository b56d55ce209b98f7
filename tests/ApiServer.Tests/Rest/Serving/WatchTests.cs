using System.Buffers.Binary;
using System.Text.Json;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Rest.Negotiation;
using MiniK8s.ApiServer.Rest.Watching;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.Rest.Serving;

public sealed class WatchTests : IAsyncLifetime
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    private RestServer _server = null!;

    public async Task InitializeAsync() => _server = await RestServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Watch_Json_IsOneDocumentPerLine()
    {
        using var watch = await OpenAsync($"{ConfigMaps}?watch=true");

        await CreateAsync("a");
        var added = await ReadLineAsync(watch);
        await _server.SendAsync("DELETE", $"{ConfigMaps}/a");
        var deleted = await ReadLineAsync(watch);
        _server.Registries.Of<ConfigMap>().EndWatches();

        Assert.Equal("ADDED ConfigMap", $"{added.GetProperty("type")} {added.GetProperty("object").GetProperty("kind")}");
        Assert.Equal("DELETED", deleted.GetProperty("type").GetString());
        Assert.Null(await watch.ReadLineAsync().WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task Watch_NothingHappens_HeadersComeAtOnce()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{ConfigMaps}?watch=1");

        var response = await _server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience.Limit);

        Assert.Equal("200 application/json", $"{(int)response.StatusCode} {response.Content.Headers.ContentType}");
    }

    [Fact]
    public async Task Watch_Table_SendsColumnsOnce()
    {
        await CreateAsync("a");
        await CreateAsync("b");
        using var watch = await OpenAsync($"{ConfigMaps}?watch=true", "application/json;as=Table;v=v1;g=meta.k8s.io");

        var first = (await ReadLineAsync(watch)).GetProperty("object");
        var second = (await ReadLineAsync(watch)).GetProperty("object");

        Assert.Equal(JsonValueKind.Array, first.GetProperty("columnDefinitions").ValueKind);
        Assert.Equal(JsonValueKind.Null, second.GetProperty("columnDefinitions").ValueKind);
        Assert.Equal("b", second.GetProperty("rows")[0].GetProperty("cells")[0].GetString());
    }

    [Fact]
    public async Task Watch_Protobuf_IsFramedByLength()
    {
        await CreateAsync("a");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{ConfigMaps}?watch=true");
        request.Headers.TryAddWithoutValidation("Accept", "application/vnd.kubernetes.protobuf;stream=watch");
        var response = await _server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();

        var head = new byte[4];
        await stream.ReadExactlyAsync(head).AsTask().WaitAsync(Patience.Limit);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
        await stream.ReadExactlyAsync(frame).AsTask().WaitAsync(Patience.Limit);

        var change = WatchEvent.Parser.ParseFrom(frame);
        var obj = (ConfigMap)ProtobufCodec.Decode(change.Object.Raw.Memory, ConfigMap.Descriptor).Message;
        Assert.Equal(("ADDED", "a"), (change.Type, obj.Metadata.Name));
        Assert.Equal("application/vnd.kubernetes.protobuf; stream=watch", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Watch_ExpiredVersion_Is200AndAnErrorEvent()
    {
        using var watch = await OpenAsync($"{ConfigMaps}?watch=true&resourceVersion=1");

        var error = await ReadLineAsync(watch);

        Assert.Equal("ERROR", error.GetProperty("type").GetString());
        Assert.Equal(("Expired", 410), (error.GetProperty("object").GetProperty("reason").GetString(), error.GetProperty("object").GetProperty("code").GetInt32()));
    }

    [Fact]
    public async Task Watch_WrongOptions_IsAnHttpError()
    {
        var (code, _, _) = await _server.SendAsync("GET", $"{ConfigMaps}?watch=true&resourceVersion=x");

        Assert.Equal(400, code);
    }

    [Fact]
    public async Task Watch_FailsInItsMiddle_EndsWithAnErrorEvent()
    {
        using var watch = await OpenAsync($"{ConfigMaps}?watch=true");

        _server.Registries.Of<ConfigMap>().BreakWatches(StatusErrors.Expired("too slow"));

        Assert.Equal("too slow", (await ReadLineAsync(watch)).GetProperty("object").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Watch_OurOwnFailureInItsMiddle_BreaksOff()
    {
        using var watch = await OpenAsync($"{ConfigMaps}?watch=true");

        _server.Registries.Of<ConfigMap>().BreakWatches(new InvalidOperationException("the secret cause"));

        // No clean end: a client must not take it for one.
        await Assert.ThrowsAnyAsync<IOException>(() => watch.ReadToEndAsync().WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task Watch_LegacyPathOfOneObject_WatchesThatOne()
    {
        await CreateAsync("a");
        await CreateAsync("b");
        using var watch = await OpenAsync("/api/v1/watch/namespaces/default/configmaps/b");

        var first = await ReadLineAsync(watch);

        Assert.Equal("b", first.GetProperty("object").GetProperty("metadata").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Watch_TwoWatchersOfOneForm_ShareTheEncoding()
    {
        using var one = await OpenAsync($"{ConfigMaps}?watch=true");
        using var two = await OpenAsync($"{ConfigMaps}?watch=true");
        var change = new ApiServer.Registry.WatchChange(WatchEventType.Bookmark, new ConfigMap { Metadata = new() { ResourceVersion = "77" } });

        _server.Registries.Of<ConfigMap>().Send(change);
        var lines = new[] { await ReadLineAsync(one), await ReadLineAsync(two) };

        Assert.All(lines, line => Assert.Equal("77", line.GetProperty("object").GetProperty("metadata").GetProperty("resourceVersion").GetString()));
        var key = new WatchEncoding(new(ApiKinds.Of<ConfigMap>(), ResponseForm.Default), WithColumns: true);
        Assert.NotEqual(0, change.GetOrAddEncoding(key, _ => throw new InvalidOperationException("It was not encoded under this key.")).Length);
    }

    private Task CreateAsync(string name) => _server.SendAsync("POST", ConfigMaps, $$$"""{"metadata":{"name":"{{{name}}}"}}""");

    private async Task<StreamReader> OpenAsync(string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        var response = await _server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience.Limit);
        Assert.Equal(200, (int)response.StatusCode);
        return new(await response.Content.ReadAsStreamAsync());
    }

    private static async Task<JsonElement> ReadLineAsync(StreamReader reader) =>
        JsonDocument.Parse((await reader.ReadLineAsync().WaitAsync(Patience.Limit))!).RootElement;
}
