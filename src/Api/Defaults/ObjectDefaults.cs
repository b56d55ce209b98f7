using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Quantities;
using MiniK8s.Api.Rules;
using MiniK8s.Protocol;

namespace MiniK8s.Api.Defaults;

/// <summary>Fills in what an object of any kind leaves unsaid. Doing it twice changes nothing.</summary>
public static class ObjectDefaults
{
    /// <summary>Normalizes and defaults an object in place.</summary>
    /// <exception cref="ApiException">400: a quantity cannot be parsed. Only objects that came past the codecs can hold one.</exception>
    public static void Apply(IApiObject value)
    {
        Normalize(value);
        KindRules.Of(value).Default(value);
    }

    private static void Normalize(IApiObject value)
    {
        try
        {
            Normalizer.Normalize(value);
        }
        catch (QuantityFormatException ex)
        {
            var kind = value.Descriptor.Name;
            throw StatusErrors.BadRequest($"{kind} in version \"v1\" cannot be handled as a {kind}: {ex.Message}");
        }
    }
}
