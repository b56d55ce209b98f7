using System.Text.Json.Nodes;

using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry.Events;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Tests.Registry;

public sealed class EventFormsTests
{
    [Fact]
    public void Forms_EveryField_GoesThereAndBack()
    {
        var stored = new Event
        {
            Metadata = new() { Name = "e" },
            InvolvedObject = new() { Kind = "Pod", Name = "p" },
            Reason = "Started",
            Message = "it has",
            Source = new() { Component = "kubelet", Host = "n" },
            FirstTimestamp = new Timestamp { Seconds = 1 },
            LastTimestamp = new Timestamp { Seconds = 2 },
            Count = 3,
            Type = "Normal",
            EventTime = new Timestamp { Seconds = 4 },
            Series = new() { Count = 5, LastObservedTime = new Timestamp { Seconds = 6 } },
            Action = "Starting",
            Related = new() { Kind = "Node", Name = "n" },
            ReportingComponent = "kubelet",
            ReportingInstance = "n",
        };
        Assert.All(Event.Descriptor.Fields.InDeclarationOrder(), field => Assert.True(IsSet(field.Accessor.GetValue(stored)), field.Name));

        var shown = EventForms.FromCore(stored);

        Assert.All(Protocol.Events.V1.Event.Descriptor.Fields.InDeclarationOrder(), field => Assert.True(IsSet(field.Accessor.GetValue(shown)), field.Name));
        Assert.Equal(stored, EventForms.ToCore(shown));

        static bool IsSet(object? value) => value is not (null or "" or 0);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("reportingController=a,regarding.kind!=Pod", "involvedObject.kind!=Pod,reportingComponent=a")]
    [InlineData(@"metadata.name=a\,b,type=Normal,reason=", @"metadata.name=a\,b,reason=,type=Normal")]
    public void FieldSelector_IsPutInCoresWords(string selector, string expected) => Assert.Equal(expected, EventForms.FieldSelectorToCore(selector));

    [Theory]
    [InlineData("source=a", "field label not supported: source")]
    [InlineData("involvedObject.kind=Pod", "field label not supported: involvedObject.kind")]
    [InlineData("nonsense", "invalid selector: 'nonsense'; can't understand 'nonsense'")]
    public void FieldSelector_ThatCannotBe_IsABadRequest(string selector, string message)
    {
        var refusal = Assert.Throws<ApiException>(() => EventForms.FieldSelectorToCore(selector));

        Assert.Equal((400, message), (refusal.Code, refusal.Message));
    }

    [Fact]
    public void Configuration_IsPutInCoresWords()
    {
        var configuration = JsonNode.Parse("""{"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"note":"stays"},"note":"n","regarding":{"kind":"Pod"},"type":"Normal"}""")!.AsObject();

        Assert.Equal(
            """{"apiVersion":"v1","kind":"Event","metadata":{"note":"stays"},"message":"n","involvedObject":{"kind":"Pod"},"type":"Normal"}""",
            EventForms.ToCore(configuration).ToJsonString());
        configuration["apiVersion"] = "v1";
        Assert.Equal("invalid object type: /v1, Kind=Event", Assert.Throws<ApiException>(() => EventForms.ToCore(configuration)).Message);
    }

    [Fact]
    public void SecondForm_IsAKindWithItsOwnPathAndShortName() =>
        Assert.Equal(("events.k8s.io/v1", "Event", "ev"), (SecondForms.Event.ApiVersion, SecondForms.Event.Kind, SecondForms.Event.ShortNames[0]));
}
