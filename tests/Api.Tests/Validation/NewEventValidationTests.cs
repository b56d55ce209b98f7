using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Tests.Validation;

public sealed class NewEventValidationTests
{
    private static readonly Timestamp Time = new() { Seconds = 1 };

    [Fact]
    public void Check_OlderFieldsSetAndNewOnesNot_NamesThemAll() => Assert.Equal(
        [
            "series.count: Invalid value: \"\": should be at least 2", "series.lastObservedTime: Required value", "eventTime: Required value",
            "type: Invalid value: \"\": has invalid value: Odd", "firstTimestamp: Invalid value: \"\": needs to be unset",
            "lastTimestamp: Invalid value: \"\": needs to be unset", "count: Invalid value: \"\": needs to be unset", "source: Invalid value: \"\": needs to be unset",
        ],
        Shown(NewEventValidation.Check(new Event
        {
            Type = "Odd", Series = new() { Count = 1 }, FirstTimestamp = Time, LastTimestamp = Time, Count = 1, Source = new() { Host = "n" },
        })));

    [Fact]
    public void Check_AsItShouldBe_IsFine() => Assert.Empty(Shown(NewEventValidation.Check(New())));

    [Fact]
    public void CheckChange_OfTheSeriesAlone_IsFine()
    {
        var changed = New();
        changed.Series = new() { Count = 2, LastObservedTime = Time };

        Assert.Empty(Shown(NewEventValidation.CheckChange(changed, New())));
    }

    [Fact]
    public void CheckChange_OfAnythingElse_IsRefused()
    {
        var changed = New();
        (changed.Message, changed.Reason, changed.Type, changed.Series) = ("new", "Other", "Warning", new() { Count = 1, LastObservedTime = Time });

        Assert.Equal(
            [
                "series.count: Invalid value: \"\": should be at least 2", "reason: Invalid value: \"Other\": field is immutable",
                "message: Invalid value: \"new\": field is immutable", "type: Invalid value: \"Warning\": field is immutable",
            ],
            Shown(NewEventValidation.CheckChange(changed, New())));
    }

    private static Event New() => new() { EventTime = Time, Type = "Normal", Reason = "Started", Message = "it has" };

    private static IEnumerable<string> Shown(MiniK8s.Api.Errors.FieldErrorList errors) => errors.Select(error => $"{error.Field}: {error.Body}");
}
