using System.Text.Json.Nodes;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 7: events in both their forms [test/e2e/instrumentation/core_events.go, events.go].</summary>
[Collection("lab")]
public sealed class EventConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    private const string SomeTime = "2017-09-19T13:49:16.000000Z";

    [ConformanceFact("Event, manage lifecycle of an Event")]
    public async Task CoreEvent_CreatedListedPatchedUpdatedDeleted()
    {
        var ns = await NewNamespaceAsync();
        var (events, everywhere) = (Of("events", ns), Of("events"));
        const string selector = "testevent-constant=true";
        await events.CreateAsync(CoreEvent(ns, "event-test", "testevent-constant"));
        var listed = await everywhere.SelectAsync(selector);

        await events.PatchAsync("event-test", """{"message":"This is a test event - patched"}""");
        var patched = await events.GetAsync("event-test");
        await events.UpdateAsync(patched.With(happening => happening["series"] = JsonNode.Parse(Series(100))));
        var updated = await events.GetAsync("event-test");
        await events.DeleteAsync("event-test");

        Assert.Equal(("event-test", ns), (Assert.Single(listed).Name(), listed[0].Text("metadata/namespace")));
        Assert.Equal("This is a test event - patched", patched.Text("message"));
        Assert.Equal(Bare(patched.With(happening => happening["series"] = JsonNode.Parse(Series(100)))), Bare(updated));
        Assert.Empty(await everywhere.SelectAsync(selector));
    }

    [ConformanceFact("Event, delete a collection")]
    public async Task CoreEvents_DeleteCollection_RemovesTheSet()
    {
        var ns = await NewNamespaceAsync();
        var events = Of("events", ns);
        foreach (var number in new[] { 1, 2, 3 }) await events.CreateAsync(CoreEvent(ns, $"test-event-{number}", "testevent-set"));
        await events.CreateAsync(CoreEvent(ns, "another", "other"));
        Assert.Equal(3, (await events.SelectAsync("testevent-set=true")).Count);

        await events.DeleteCollectionAsync("testevent-set=true");

        Assert.Equal(["another"], (await events.ListAsync()).Names());
    }

    [ConformanceFact("New Event resource lifecycle, single event")]
    public async Task NewEvent_IsTheSameObjectInBothForms()
    {
        var ns = await NewNamespaceAsync();
        var (events, everywhere, core) = (NewEvents(ns), NewEvents(""), Of("events", ns));
        const string selector = "testevent-constant=true";
        await events.CreateAsync(NewEvent(ns, "event-test", "testevent-constant"));

        Assert.Equal("event-test", Assert.Single(await everywhere.SelectAsync(selector)).Name());
        Assert.Equal("event-test", Assert.Single(await events.SelectAsync(selector)).Name());
        Assert.Equal(["event-test"], (await core.ListAsync("?fieldSelector=source%3Dtest-controller")).Names());
        Assert.Equal(["event-test"], (await events.ListAsync("?fieldSelector=reportingController%3Dtest-controller")).Names());

        // Since 1.22 the note stays as it is, and what is patched is the series.
        var before = await events.GetAsync("event-test");
        var refusal = await ApiRefusal.OfAsync(() => events.PatchAsync("event-test", """{"note":"another"}"""));
        Assert.Equal((422, "Event \"event-test\" is invalid: message: Invalid value: \"another\": field is immutable"), (refusal.Code, refusal.Text));
        await events.PatchAsync("event-test", $$"""{"series":{{Series(2)}}}""");
        var patched = await events.GetAsync("event-test");
        Assert.Equal(Bare(before.With(happening => happening["series"] = JsonNode.Parse(Series(2)))), Bare(patched));

        await events.UpdateAsync(patched.With(happening =>
        {
            happening["series"] = JsonNode.Parse(Series(100));
            happening["metadata"]!.AsObject().Remove("resourceVersion");
        }));
        var updated = await events.GetAsync("event-test");
        Assert.Equal(Bare(before.With(happening => happening["series"] = JsonNode.Parse(Series(100)))), Bare(updated));
        var old = await core.GetAsync("event-test");
        Assert.Equal(("This is event-test", "test-controller", ns, "100"),
            (old.Text("message"), old.Text("reportingComponent"), old.Text("involvedObject/namespace"), old.Text("series/count")));

        await events.DeleteAsync("event-test");
        Assert.Empty(await everywhere.SelectAsync(selector));
        Assert.Empty(await events.SelectAsync(selector));
    }

    [ConformanceFact("New Event resource lifecycle, list of events")]
    public async Task NewEvents_DeleteCollection_RemovesTheSet()
    {
        var ns = await NewNamespaceAsync();
        var events = NewEvents(ns);
        foreach (var number in new[] { 1, 2, 3 }) await events.CreateAsync(NewEvent(ns, $"test-event-{number}", "testevent-set"));
        Assert.Equal(3, (await events.SelectAsync("testevent-set=true")).Count);

        await events.DeleteCollectionAsync("testevent-set=true");

        Assert.Empty(await events.SelectAsync("testevent-set=true"));
    }

    private ApiCollection NewEvents(string ns) => new(Rest, $"/apis/events.k8s.io/v1{(ns.Length == 0 ? "" : $"/namespaces/{ns}")}/events");

    private static string Series(int count) => $$"""{"count":{{count}},"lastObservedTime":"{{SomeTime}}"}""";

    private static string CoreEvent(string ns, string name, string label) =>
        $$$"""{"metadata":{"name":"{{{name}}}","labels":{"{{{label}}}":"true"}},"message":"This is {{{name}}}","reason":"Test","type":"Normal","count":1,"involvedObject":{"namespace":"{{{ns}}}"}}""";

    private static string NewEvent(string ns, string name, string label) => $$$"""
        {"metadata":{"name":"{{{name}}}","labels":{"{{{label}}}":"true"}},"regarding":{"namespace":"{{{ns}}}"},"eventTime":"{{{SomeTime}}}","note":"This is {{{name}}}",
        "action":"Do","reason":"Test","type":"Normal","reportingController":"test-controller","reportingInstance":"test-node"}
        """;

    // As upstream compares: without what the server changes at every write.
    private static string Bare(JsonNode happening) => happening.With(copy =>
    {
        copy["metadata"]!.AsObject().Remove("resourceVersion");
        copy["metadata"]!.AsObject().Remove("managedFields");
        var sorted = copy.AsObject().OrderBy(field => field.Key, StringComparer.Ordinal).ToList();
        copy.AsObject().Clear();
        foreach (var (key, value) in sorted) copy[key] = value;
    }).ToJsonString();
}
