using System.Text.Json.Nodes;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Validation;
using MiniK8s.ApiServer.Registry.Translation;

using CoreEvent = MiniK8s.Protocol.Core.V1.Event;
using NewEvent = MiniK8s.Protocol.Events.V1.Event;

namespace MiniK8s.ApiServer.Registry.Events;

/// <summary>Core's events as events.k8s.io shows them. What is written this way is held to stricter rules.</summary>
internal sealed class EventForm() : SecondForm<NewEvent, CoreEvent>(SecondForms.Event)
{
    /// <inheritdoc/>
    public override JsonObject Stored(JsonObject configuration) => EventForms.ToCore(configuration);

    /// <inheritdoc/>
    public override string StoredSelector(string selector) => EventForms.FieldSelectorToCore(selector);

    /// <inheritdoc/>
    protected override NewEvent Shown(CoreEvent stored) => EventForms.FromCore(stored);

    /// <inheritdoc/>
    protected override CoreEvent Stored(NewEvent shown) => EventForms.ToCore(shown);

    /// <inheritdoc/>
    protected override FieldErrorList Check(CoreEvent stored, CoreEvent? old) =>
        old is null ? NewEventValidation.Check(stored) : NewEventValidation.CheckChange(stored, old);
}
