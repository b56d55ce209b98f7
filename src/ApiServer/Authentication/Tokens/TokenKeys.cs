using Microsoft.IdentityModel.Tokens;

namespace MiniK8s.ApiServer.Authentication.Tokens;

/// <summary>The key that signs tokens, and all whose signatures count.</summary>
internal sealed class TokenKeys
{
    /// <summary>Reads the configured keys; without a signing key makes one, whose tokens end with this process.</summary>
    /// <exception cref="InvalidDataException">A file holds no such key; the message names it.</exception>
    public TokenKeys(ApiServerOptions options)
    {
        var signing = options.ServiceAccountSigningKeyFile is { } file ? KeyFile.ReadPrivate(file) : KeyFile.NewPrivate();
        Signing = new SigningCredentials(signing, AlgorithmOf(signing));
        Trusted = [signing, .. options.ServiceAccountKeyFile.SelectMany(KeyFile.ReadAll)];
    }

    /// <summary>Signs new tokens: RS256 with an RSA key, ES256, ES384 or ES512 with an ECDSA key, as its curve is.</summary>
    public SigningCredentials Signing { get; }

    /// <summary>A token is good if one of these signed it.</summary>
    public IReadOnlyList<SecurityKey> Trusted { get; }

    /// <summary>What is wrong with the configured files, by setting.</summary>
    public static IEnumerable<(string Setting, string Fault)> FaultsOf(ApiServerOptions options)
    {
        if (options.ServiceAccountSigningKeyFile is { } signing && Fault(() => KeyFile.ReadPrivate(signing)) is { } unusable)
            yield return (nameof(options.ServiceAccountSigningKeyFile), unusable);
        foreach (var fault in options.ServiceAccountKeyFile.Select(file => Fault(() => KeyFile.ReadAll(file))).OfType<string>())
            yield return (nameof(options.ServiceAccountKeyFile), fault);
    }

    private static string? Fault(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (Exception ex) when (ex is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return ex.Message;
        }
    }

    private static string AlgorithmOf(SecurityKey key) => key switch
    {
        ECDsaSecurityKey { KeySize: 256 } => SecurityAlgorithms.EcdsaSha256,
        ECDsaSecurityKey { KeySize: 384 } => SecurityAlgorithms.EcdsaSha384,
        ECDsaSecurityKey => SecurityAlgorithms.EcdsaSha512,
        _ => SecurityAlgorithms.RsaSha256,
    };
}
