using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Quantities;
using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Services;

/// <summary>The fields that the requests of all kinds share, by name.</summary>
internal static class RequestFields
{
    /// <summary>The namespace asked for; "" for none or all.</summary>
    public static string Namespace(this IMessage request) => request.Field("namespace") as string ?? "";

    /// <summary>The name asked for.</summary>
    public static string Name(this IMessage request) => request.Field("name") as string ?? "";

    /// <summary>The options, default ones when left out.</summary>
    public static T Options<T>(this IMessage request, string field = "options") where T : class, IMessage, new() =>
        request.Field(field) as T ?? new T();

    /// <summary>The object sent, in its normal form; refuses a request without one, and quantities that are none (400).</summary>
    public static IApiObject Object(this IMessage request, ApiKind kind, string field = "object")
    {
        if (request.Field(field) is not IApiObject obj) throw StatusErrors.BadRequest($"the request has no object; a {kind.Kind} is needed");
        try
        {
            return Normalizer.Normalize(obj);
        }
        catch (QuantityFormatException ex)
        {
            throw StatusErrors.BadRequest($"{kind.Kind} in version {GoText.Quote(kind.Version)} cannot be handled as a {kind.Kind}: {ex.Message}");
        }
    }

    private static object? Field(this IMessage request, string name) =>
        request.Descriptor.FindFieldByName(name) is FieldDescriptor field ? field.Accessor.GetValue(request) : null;
}
