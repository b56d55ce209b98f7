using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

using MiniK8s.Api.ManagedFields;
using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Registry;

/// <summary>Who is recorded in metadata.managedFields for the writes of one kind.</summary>
internal sealed class FieldOwnership(ResourceStrategy strategy, TimeProvider time)
{
    private const int LongestManager = 128;

    private readonly ConcurrentDictionary<string, FieldScope> _scopes = new(StringComparer.Ordinal);

    /// <summary>Whom a request's changes are ascribed to: its fieldManager, else its User-Agent up to the slash, else "unknown".</summary>
    public static string ManagerOf(RequestContext request, string fieldManager)
    {
        if (fieldManager.Length > 0) return fieldManager;
        var agent = Printable(request.UserAgent.Split('/')[0]);
        return agent.Length > 0 ? agent : "unknown";
    }

    /// <summary>The creator owns all the client sent, and its defaults.</summary>
    public void Created(IApiObject obj, string manager) => UpdateTracking.Created(Scope(""), obj, manager, MetadataTimes.NowStamp(time));

    /// <summary>The writer owns what it changes.</summary>
    public void Updated(IApiObject existing, IApiObject obj, string subresource, string manager) =>
        UpdateTracking.Updated(Scope(subresource), existing, obj, manager, MetadataTimes.NowStamp(time));

    /// <summary>The object with a configuration applied; null stands for an object that does not exist.</summary>
    public IApiObject Apply(IApiObject? existing, string subresource, ApplyRequest apply) => ServerSideApply.Apply(
        Scope(subresource), existing ?? strategy.Kind.New(), apply.Configuration.Document, apply.Options.FieldManager,
        apply.Options is { HasForce: true, Force: true }, MetadataTimes.NowStamp(time), apply.Configuration.Said);

    // Subresources are those that the kind declares: few.
    private FieldScope Scope(string subresource) =>
        _scopes.GetOrAdd(subresource, static (name, strategy) => new(strategy.Kind, name, strategy.ResetFields(name)), strategy);

    private static string Printable(string text)
    {
        var result = new StringBuilder();
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes().Where(IsPrintable))
        {
            if ((bytes += rune.Utf8SequenceLength) > LongestManager) break;
            result.Append(rune.ToString());
        }
        return result.ToString();
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator);
}
