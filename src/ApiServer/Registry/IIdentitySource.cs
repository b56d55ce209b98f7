using System.Security.Cryptography;

namespace MiniK8s.ApiServer.Registry;

/// <summary>Chance, from outside: UIDs, generated names and free addresses.</summary>
internal interface IIdentitySource
{
    /// <summary>A new uid, lower case.</summary>
    string NextUid();

    /// <summary>A number from 0 up to, not including, a bound.</summary>
    int Next(int bound);
}

/// <summary>The operating system's randomness.</summary>
internal sealed class RandomIdentitySource : IIdentitySource
{
    /// <inheritdoc/>
    public string NextUid() => Guid.NewGuid().ToString();

    /// <inheritdoc/>
    public int Next(int bound) => RandomNumberGenerator.GetInt32(bound);
}
