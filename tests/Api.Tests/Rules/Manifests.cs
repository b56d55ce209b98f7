using System.Text;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol;

namespace MiniK8s.Api.Tests.Rules;

/// <summary>Objects written down short: JSON with single quotes, and words for what all have alike.</summary>
internal static class Manifests
{
    private static readonly (string Word, string Text)[] Words =
    [
        ("TEMPLATE", "'template':{'metadata':{'labels':{'app':'x'}},'spec':{CONTAINERS}}"),
        ("CONTAINERS", "'containers':[{'name':'c','image':'i:1'}]"),
        ("SELECTOR", "'selector':{'matchLabels':{'app':'x'}}"),
        ("CLUSTERMETA", "'metadata':{'name':'x','resourceVersion':'5'}"),
        ("META", "'metadata':{'name':'x','namespace':'default','uid':'u','resourceVersion':'5'}"),
    ];

    /// <summary>The object, defaulted.</summary>
    public static T Read<T>(string json) where T : class, IApiObject => (T)Read(ApiKinds.Of<T>().Kind, json);

    /// <summary>The object, defaulted.</summary>
    public static IApiObject Read(string kind, string json)
    {
        foreach (var (word, text) in Words) json = json.Replace(word, text, StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(json.Replace('\'', '"'));
        var value = (IApiObject)JsonCodec.Decode(bytes, ApiKinds.All.Single(each => each.Kind == kind).Descriptor).Message;
        ObjectDefaults.Apply(value);
        return value;
    }

    /// <summary>What is said of a new object, parted by bars.</summary>
    public static string Faults(string kind, string json) => Text(ObjectValidation.Validate(Read(kind, json)));

    /// <summary>What is said of a change.</summary>
    public static string Faults(string kind, string before, string after) => Text(ObjectValidation.ValidateUpdate(Read(kind, after), Read(kind, before)));

    /// <summary>What is said of a change of the status.</summary>
    public static string StatusFaults(string kind, string before, string after) =>
        Text(ObjectValidation.ValidateStatusUpdate(Read(kind, after), Read(kind, before)));

    private static string Text(FieldErrorList errors) => string.Join('|', errors.Select(error => error.ToString()));
}
