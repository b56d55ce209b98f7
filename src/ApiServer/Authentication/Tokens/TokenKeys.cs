using System.Security.Cryptography;

using Microsoft.IdentityModel.Tokens;

namespace MiniK8s.ApiServer.Authentication.Tokens;

/// <summary>The key that signs tokens, and all whose signatures count.</summary>
internal sealed class TokenKeys
{
    /// <summary>Reads the configured keys; without a signing key makes one, whose tokens end with this process.</summary>
    /// <exception cref="InvalidDataException">A file holds no such key; the message names it.</exception>
    public TokenKeys(ApiServerOptions options)
    {
        var signing = options.ServiceAccountSigningKeyFile is { } file ? Read(file, mustSign: true) : OfEcdsa(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        Signing = new SigningCredentials(signing, AlgorithmOf(signing));
        Trusted = options.ServiceAccountKeyFile.Count == 0 ? [signing] : [.. options.ServiceAccountKeyFile.Select(each => Read(each, mustSign: false))];
    }

    /// <summary>Signs new tokens: RS256 with an RSA key, ES256, ES384 or ES512 with an ECDSA key, as its curve is.</summary>
    public SigningCredentials Signing { get; }

    /// <summary>A token is good if one of these signed it.</summary>
    public IReadOnlyList<SecurityKey> Trusted { get; }

    /// <summary>What is wrong with a key's file; null where it holds what it should.</summary>
    public static string? FaultOf(string file, bool mustSign)
    {
        if (!File.Exists(file)) return $"there is no file {file}";
        try
        {
            Read(file, mustSign);
            return null;
        }
        catch (InvalidDataException ex)
        {
            return ex.Message;
        }
    }

    private static AsymmetricSecurityKey Read(string file, bool mustSign)
    {
        var pem = File.ReadAllText(file);
        foreach (var read in (Func<string, bool, AsymmetricSecurityKey>[])[ReadEcdsa, ReadRsa])
        {
            try
            {
                return read(pem, mustSign);
            }
            catch (Exception ex) when (ex is ArgumentException or CryptographicException)
            {
                // It is no key of this sort; what it is not of either sort is told below.
            }
        }
        throw new InvalidDataException($"{file} holds no {(mustSign ? "private" : "public or private")} RSA or ECDSA key in PEM");
    }

    private static AsymmetricSecurityKey ReadEcdsa(string pem, bool mustSign)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(pem);
        if (mustSign) Demand(key);
        return OfEcdsa(key);
    }

    private static AsymmetricSecurityKey ReadRsa(string pem, bool mustSign)
    {
        var key = RSA.Create();
        key.ImportFromPem(pem);
        if (mustSign) Demand(key);
        return new RsaSecurityKey(key) { KeyId = IdOf(key) };
    }

    // Throws where there is only a public half.
    private static void Demand(AsymmetricAlgorithm key) => CryptographicOperations.ZeroMemory(key.ExportPkcs8PrivateKey());

    private static ECDsaSecurityKey OfEcdsa(ECDsa key) => new(key) { KeyId = IdOf(key) };

    // As Kubernetes names keys, so that keys can move between the two.
    private static string IdOf(AsymmetricAlgorithm key) => Base64UrlEncoder.Encode(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    private static string AlgorithmOf(SecurityKey key) => key switch
    {
        ECDsaSecurityKey { KeySize: 256 } => SecurityAlgorithms.EcdsaSha256,
        ECDsaSecurityKey { KeySize: 384 } => SecurityAlgorithms.EcdsaSha384,
        ECDsaSecurityKey => SecurityAlgorithms.EcdsaSha512,
        _ => SecurityAlgorithms.RsaSha256,
    };
}
