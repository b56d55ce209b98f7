using System.Security.Cryptography;

namespace MiniK8s.Lab.Pki;

/// <summary>Everything secret that a cluster's processes need, in one folder, made once and kept (kubeadm's `init phase certs`).</summary>
/// <remarks>
/// file                            | who holds it      | says
/// --------------------------------+-------------------+-----------------------------------------------------------
/// ca.crt, ca.key                  | everyone; the lab | the authority
/// apiserver.crt, .key             | apiserver         | serves 6443
/// apiserver-kubelet-client.crt    | apiserver         | CN=kube-apiserver-kubelet-client, O=system:masters
/// sa.key, sa.pub                  | apiserver         | signs service accounts' tokens; says whether a token is one
/// kubelet-NAME.crt, .key          | kubelet           | CN=system:node:NAME, O=system:nodes; also serves the kubelet's port
/// </remarks>
internal sealed class ClusterCertificates : IDisposable
{
    private readonly string _directory;
    private readonly CertificateAuthority _authority;

    private ClusterCertificates(string directory, CertificateAuthority authority) => (_directory, _authority) = (directory, authority);

    /// <summary>The authority's certificate file.</summary>
    public string AuthorityFile => PathOf("ca.crt");

    /// <summary>Opens the folder, making the authority if there is none yet.</summary>
    public static ClusterCertificates Open(string directory, TimeProvider time)
    {
        Directory.CreateDirectory(directory);
        var (certificate, key) = (Path.Combine(directory, "ca.crt"), Path.Combine(directory, "ca.key"));
        if (File.Exists(certificate) && File.Exists(key)) return new(directory, CertificateAuthority.Load(certificate, key, time));

        var authority = CertificateAuthority.Create(time);
        WriteSecret(key, authority.ExportKeyPem());
        File.WriteAllText(certificate, authority.CertificatePem);
        return new(directory, authority);
    }

    /// <summary>The files of an identity called <paramref name="name"/>, made if they are not there yet.</summary>
    public CertificateFiles Ensure(string name, CertificateSubject subject)
    {
        var files = new CertificateFiles(PathOf($"{name}.crt"), PathOf($"{name}.key"));
        if (File.Exists(files.Certificate) && File.Exists(files.Key)) return files;

        var pair = _authority.Issue(subject);
        WriteSecret(files.Key, pair.KeyPem);
        File.WriteAllText(files.Certificate, pair.CertificatePem);
        return files;
    }

    /// <summary>The private key that signs the tokens of service accounts, made with its public half if it is not there yet.</summary>
    public string EnsureServiceAccountKey()
    {
        var file = PathOf("sa.key");
        if (File.Exists(file)) return file;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(PathOf("sa.pub"), key.ExportSubjectPublicKeyInfoPem());
        WriteSecret(file, key.ExportPkcs8PrivateKeyPem());
        return file;
    }

    /// <summary>Writes a kubeconfig for <paramref name="subject"/> to <paramref name="file"/>, keeping the identity of an earlier one.</summary>
    public string WriteKubeconfig(string file, Uri server, string name, CertificateSubject subject)
    {
        var identity = Ensure(name, subject);
        var pair = new KeyPair(File.ReadAllText(identity.Certificate), File.ReadAllText(identity.Key));
        WriteSecret(file, Kubeconfig.Write(server, _authority.CertificatePem, name, pair));
        return file;
    }

    public void Dispose() => _authority.Dispose();

    private string PathOf(string file) => Path.Combine(_directory, file);

    // Readable by its owner only, from the moment it exists; replaced in one step, so that a reader never sees half a file.
    private static void WriteSecret(string file, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var temporary = file + ".new";
        using (var writer = new StreamWriter(temporary, options)) writer.Write(text);
        File.Move(temporary, file, overwrite: true);
    }
}

/// <summary>Where a certificate and its key lie.</summary>
internal sealed record CertificateFiles(string Certificate, string Key);
