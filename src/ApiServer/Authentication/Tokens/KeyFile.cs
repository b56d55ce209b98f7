using System.Security.Cryptography;

using Microsoft.IdentityModel.Tokens;

namespace MiniK8s.ApiServer.Authentication.Tokens;

/// <summary>Keys in PEM files: RSA of at least 2,048 bits, and ECDSA on P-256, P-384 and P-521. What else a file holds is passed over.</summary>
internal static class KeyFile
{
    private const int LeastRsaBits = 2048;      // fewer are refused when they are to sign (RFC 7518, section 3.3)

    private static readonly string?[] Curves = [.. new[] { ECCurve.NamedCurves.nistP256, ECCurve.NamedCurves.nistP384, ECCurve.NamedCurves.nistP521 }.Select(curve => curve.Oid.Value)];

    /// <summary>A key of its own making.</summary>
    public static AsymmetricSecurityKey NewPrivate() => Of(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>The file's first private key.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static AsymmetricSecurityKey ReadPrivate(string file) =>
        Read(file, mustSign: true).FirstOrDefault() ?? throw new InvalidDataException($"{file} holds no private RSA or ECDSA key in PEM");

    /// <summary>All keys of the file, public and private.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static IReadOnlyList<AsymmetricSecurityKey> ReadAll(string file) =>
        Read(file, mustSign: false) is { Count: > 0 } keys ? keys : throw new InvalidDataException($"{file} holds no public or private RSA or ECDSA key in PEM");

    private static List<AsymmetricSecurityKey> Read(string file, bool mustSign)
    {
        var keys = new List<AsymmetricSecurityKey>();
        var rest = File.ReadAllText(file).AsSpan();
        while (PemEncoding.TryFind(rest, out var block))
        {
            if ((ReadEcdsa(rest[block.Location], mustSign) ?? ReadRsa(rest[block.Location], mustSign)) is { } key) keys.Add(key);
            rest = rest[block.Location.End..];
        }
        return keys;
    }

    private static AsymmetricSecurityKey? ReadEcdsa(ReadOnlySpan<char> pem, bool mustSign)
    {
        var key = ECDsa.Create();
        return IsRead(key, pem, mustSign) && Curves.Contains(key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value) ? Of(key) : null;
    }

    private static AsymmetricSecurityKey? ReadRsa(ReadOnlySpan<char> pem, bool mustSign)
    {
        var key = RSA.Create();
        return IsRead(key, pem, mustSign) && key.KeySize >= LeastRsaBits ? new RsaSecurityKey(key) { KeyId = IdOf(key) } : null;
    }

    // The library tells by an exception that a block is no key of this sort, or has no private half.
    private static bool IsRead(AsymmetricAlgorithm key, ReadOnlySpan<char> pem, bool mustSign)
    {
        try
        {
            key.ImportFromPem(pem);
            if (mustSign) CryptographicOperations.ZeroMemory(key.ExportPkcs8PrivateKey());
            return true;
        }
        catch (Exception ex) when (ex is ArgumentException or CryptographicException)
        {
            return false;
        }
    }

    private static ECDsaSecurityKey Of(ECDsa key) => new(key) { KeyId = IdOf(key) };

    // As Kubernetes names keys, so that keys can move between the two.
    private static string IdOf(AsymmetricAlgorithm key) => Base64UrlEncoder.Encode(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
}
