using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Client.Tests;

internal static class A
{
    public static Pod Pod(string name, string version = "1", string uid = "", string ns = "default", string node = "") => new()
    {
        Metadata = new ObjectMeta { Namespace = ns, Name = name, Uid = uid.Length > 0 ? uid : $"uid-{name}", ResourceVersion = version },
        Spec = new PodSpec { NodeName = node },
    };

    public static ApiException Refusal(int code, string reason) =>
        new(new Status { Status_ = "Failure", Code = code, Reason = reason, Message = reason });
}
