using Google.Protobuf;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Quantities;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>Volumes and where containers mount them.</summary>
internal static class VolumeValidation
{
    // Sources the checks below know come first, in the order the real server looks at them; of several, the first counts.
    private static readonly string[] SourceOrder =
        ["emptyDir", "hostPath", "gitRepo", "secret", "nfs", "persistentVolumeClaim", "downwardAPI", "configMap", "projected", "csi", "ephemeral", "image"];

    /// <returns>The volumes that are valid, by name: only they can be mounted.</returns>
    public static Dictionary<string, VolumeSource> Volumes(IReadOnlyList<Volume> volumes, FieldPath path, FieldErrorList errors)
    {
        var valid = new Dictionary<string, VolumeSource>(StringComparer.Ordinal);
        for (var i = 0; i < volumes.Count; i++)
        {
            var found = new FieldErrorList();
            Source(volumes[i].VolumeSource ?? new(), path.Index(i), found);
            if (volumes[i].Name.Length == 0) found.Add(FieldError.Required(path.Index(i).Child("name")));
            else found.AddInvalid(path.Index(i).Child("name"), volumes[i].Name, NameRules.Label(volumes[i].Name));
            if (valid.ContainsKey(volumes[i].Name)) found.Add(FieldError.Duplicate(path.Index(i).Child("name"), volumes[i].Name));
            if (found.Any) errors.Add(found);
            else valid[volumes[i].Name] = volumes[i].VolumeSource!;
        }
        return valid;
    }

    public static void Mounts(Container container, Dictionary<string, VolumeSource> volumes, FieldPath path, FieldErrorList errors)
    {
        HashSet<string> paths = [];
        for (var i = 0; i < container.VolumeMounts.Count; i++)
        {
            var (mount, at) = (container.VolumeMounts[i], path.Index(i));
            Check.Required(mount.Name, at.Child("name"), errors);
            if (!volumes.ContainsKey(mount.Name)) errors.Add(FieldError.NotFound(at.Child("name"), mount.Name));
            Check.Required(mount.MountPath, at.Child("mountPath"), errors);
            if (!paths.Add(mount.MountPath)) errors.Add(FieldError.Invalid(at.Child("mountPath"), mount.MountPath, "must be unique"));
            if (mount.SubPath.Length > 0) Check.DescendingPath(mount.SubPath, path.Child("subPath"), errors);
            if (mount.SubPathExpr.Length > 0 && mount.SubPath.Length > 0)
                errors.Add(FieldError.Invalid(at.Child("subPathExpr"), mount.SubPathExpr, "subPathExpr and subPath are mutually exclusive"));
            if (mount.SubPathExpr.Length > 0) Check.DescendingPath(mount.SubPathExpr, path.Child("subPathExpr"), errors);
            if (mount.HasMountPropagation) Propagation(mount, container, path.Child("mountPropagation"), errors);
        }
    }

    private static void Propagation(VolumeMount mount, Container container, FieldPath path, FieldErrorList errors)
    {
        Check.OneOf(mount.MountPropagation, path, errors, "Bidirectional", "HostToContainer", "None");
        if (mount.MountPropagation == "Bidirectional" && container.SecurityContext is not { Privileged: true })
            errors.Add(FieldError.Forbidden(path, "Bidirectional mount propagation is available only to privileged containers"));
    }

    /// <summary>Exactly one source of those that the message offers, and that one well.</summary>
    public static void Source(IMessage source, FieldPath path, FieldErrorList errors)
    {
        var set = source.Descriptor.Fields.InDeclarationOrder()
            .Where(field => field.Accessor.GetValue(source) is not null)
            .OrderBy(field => (uint)Array.IndexOf(SourceOrder, field.JsonName)).ToArray();
        if (set.Length == 0) errors.Add(FieldError.Required(path, "must specify a volume type"));
        else One(set[0].Accessor.GetValue(source), path.Child(set[0].JsonName), errors);
        foreach (var extra in set.Skip(1)) errors.Add(FieldError.Forbidden(path.Child(extra.JsonName), "may not specify more than 1 volume type"));
    }

    private static void One(object source, FieldPath path, FieldErrorList errors)
    {
        switch (source)
        {
            case EmptyDirVolumeSource { SizeLimit: { } limit } when Quantity.Parse(limit).Sign < 0:
                errors.Add(FieldError.Forbidden(path.Child("sizeLimit"), "SizeLimit field must be a valid resource quantity"));
                break;
            case HostPathVolumeSource hostPath:
                HostPath(hostPath, path, errors);
                break;
            case SecretVolumeSource secret:
                Check.Required(secret.SecretName, path.Child("secretName"), errors);
                Check.FileMode(secret.HasDefaultMode, secret.DefaultMode, path.Child("defaultMode"), errors);
                Items(secret.Items, path.Child("items"), errors);
                break;
            case ConfigMapVolumeSource configMap:
                Check.Required(configMap.LocalObjectReference?.Name ?? "", path.Child("name"), errors);
                Check.FileMode(configMap.HasDefaultMode, configMap.DefaultMode, path.Child("defaultMode"), errors);
                Items(configMap.Items, path.Child("items"), errors);
                break;
            case NFSVolumeSource nfs:
                Check.Required(nfs.Server, path.Child("server"), errors);
                Check.Required(nfs.Path, path.Child("path"), errors);
                if (!nfs.Path.StartsWith('/')) errors.Add(FieldError.Invalid(path.Child("path"), nfs.Path, "must be an absolute path"));
                break;
            case PersistentVolumeClaimVolumeSource claim:
                Check.Required(claim.ClaimName, path.Child("claimName"), errors);
                break;
            case DownwardAPIVolumeSource downward:
                Check.FileMode(downward.HasDefaultMode, downward.DefaultMode, path.Child("defaultMode"), errors);
                Files(downward.Items, path, errors);
                break;
            case ProjectedVolumeSource projected:
                Check.FileMode(projected.HasDefaultMode, projected.DefaultMode, path.Child("defaultMode"), errors);
                Projections(projected.Sources, path.Child("sources"), errors);
                break;
            case CSIVolumeSource csi:
                Check.Required(csi.Driver, path.Child("driver"), errors);
                break;
            case CSIPersistentVolumeSource csi:
                Check.Required(csi.Driver, path.Child("driver"), errors);
                Check.Required(csi.VolumeHandle, path.Child("volumeHandle"), errors);
                break;
            case LocalVolumeSource local:
                Check.Required(local.Path, path.Child("path"), errors);
                Check.NoBacksteps(local.Path, path.Child("path"), errors);
                break;
            case GCEPersistentDiskVolumeSource disk:
                Check.Required(disk.PdName, path.Child("pdName"), errors);
                if (disk.Partition is < 0 or > 255) errors.Add(FieldError.Invalid(path.Child("partition"), disk.Partition, "must be between 0 and 255, inclusive"));
                break;
            case AWSElasticBlockStoreVolumeSource disk:
                Check.Required(disk.VolumeId, path.Child("volumeID"), errors);
                if (disk.Partition is < 0 or > 255) errors.Add(FieldError.Invalid(path.Child("partition"), disk.Partition, "must be between 0 and 255, inclusive"));
                break;
        }
    }

    private static void HostPath(HostPathVolumeSource hostPath, FieldPath path, FieldErrorList errors)
    {
        if (hostPath.Path.Length == 0)
        {
            errors.Add(FieldError.Required(path.Child("path")));
            return;
        }
        Check.NoBacksteps(hostPath.Path, path.Child("path"), errors);
        Check.OneOf(hostPath.Type, path.Child("type"), errors,
            "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket");
    }

    private static void Items(IReadOnlyList<KeyToPath> items, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < items.Count; i++)
        {
            Check.Required(items[i].Key, path.Index(i).Child("key"), errors);
            RelativeFile(items[i].Path, path.Index(i).Child("path"), errors);
            Check.FileMode(items[i].HasMode, items[i].Mode, path.Index(i).Child("mode"), errors);
        }
    }

    private static void RelativeFile(string value, FieldPath path, FieldErrorList errors)
    {
        if (value.Length == 0)
        {
            errors.Add(FieldError.Required(path));
            return;
        }
        Check.DescendingPath(value, path, errors);
        if (value.StartsWith("..", StringComparison.Ordinal) && !value.StartsWith("../", StringComparison.Ordinal))
            errors.Add(FieldError.Invalid(path, value, "must not start with '..'"));
    }

    // The real server gives no index here.
    private static void Files(IReadOnlyList<DownwardAPIVolumeFile> files, FieldPath path, FieldErrorList errors)
    {
        foreach (var file in files)
        {
            RelativeFile(file.Path, path.Child("path"), errors);
            if (file.FieldRef is not null) EnvValidation.FieldRef(file.FieldRef, isVolume: true, path.Child("fieldRef"), errors);
            if (file.FieldRef is not null && file.ResourceFieldRef is not null)
                errors.Add(FieldError.Invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
            else if (file.ResourceFieldRef is not null)
                EnvValidation.ResourceFieldRef(file.ResourceFieldRef, isVolume: true, path.Child("resourceFieldRef"), errors);
            else if (file.FieldRef is null) errors.Add(FieldError.Required(path, "one of fieldRef and resourceFieldRef is required"));
            Check.FileMode(file.HasMode, file.Mode, path.Child("mode"), errors);
        }
    }

    private static void Projections(IReadOnlyList<VolumeProjection> sources, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < sources.Count; i++)
        {
            var at = path.Index(i);
            var set = VolumeProjection.Descriptor.Fields.InDeclarationOrder().Where(field => field.Accessor.GetValue(sources[i]) is not null).ToArray();
            if (set.Length == 0) errors.Add(FieldError.Required(at, "must specify a volume type"));
            foreach (var extra in set.Skip(1)) errors.Add(FieldError.Forbidden(at.Child(extra.JsonName), "may not specify more than 1 volume type"));
            if (set.Length > 0) Projection(set[0].Accessor.GetValue(sources[i]), at.Child(set[0].JsonName), errors);
        }
    }

    private static void Projection(object source, FieldPath path, FieldErrorList errors)
    {
        switch (source)
        {
            case SecretProjection secret:
                Check.Required(secret.LocalObjectReference?.Name ?? "", path.Child("name"), errors);
                Items(secret.Items, path.Child("items"), errors);
                break;
            case ConfigMapProjection configMap:
                Check.Required(configMap.LocalObjectReference?.Name ?? "", path.Child("name"), errors);
                Items(configMap.Items, path.Child("items"), errors);
                break;
            case DownwardAPIProjection downward:
                Files(downward.Items, path, errors);
                break;
            case ServiceAccountTokenProjection token:
                if (token.ExpirationSeconds < 600) errors.Add(FieldError.Invalid(path.Child("expirationSeconds"), token.ExpirationSeconds, "may not specify a duration less than 10 minutes"));
                if (token.ExpirationSeconds > 1L << 32) errors.Add(FieldError.Invalid(path.Child("expirationSeconds"), token.ExpirationSeconds, "may not specify a duration larger than 2^32 seconds"));
                RelativeFile(token.Path, path.Child("path"), errors);
                break;
        }
    }
}
