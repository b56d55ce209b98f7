using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Tests.Errors;

public sealed class StatusErrorsTests
{
    private static readonly GroupResource Leases = ApiKinds.Of<Lease>().GroupResource;

    public static TheoryData<ApiException, int, string, RpcCode, string> Refusals => new()
    {
        { StatusErrors.NotFound("pods", "x"), 404, "NotFound", RpcCode.NotFound, "pods \"x\" not found" },
        { StatusErrors.NotFound(Leases, "x"), 404, "NotFound", RpcCode.NotFound, "leases.coordination.k8s.io \"x\" not found" },
        { StatusErrors.AlreadyExists("pods", "x"), 409, "AlreadyExists", RpcCode.AlreadyExists, "pods \"x\" already exists" },
        { StatusErrors.Conflict("pods", "x"), 409, "Conflict", RpcCode.Aborted, "Operation cannot be fulfilled on pods \"x\": the object has been modified; please apply your changes to the latest version and try again" },
        { StatusErrors.Forbidden("pods", "x", "no"), 403, "Forbidden", RpcCode.PermissionDenied, "pods \"x\" is forbidden: no" },
        { StatusErrors.Forbidden("pods", "", "no"), 403, "Forbidden", RpcCode.PermissionDenied, "pods is forbidden: no" },
        { StatusErrors.Expired("too old"), 410, "Expired", RpcCode.OutOfRange, "too old" },
        { StatusErrors.TooManyRequests("slow", 3), 429, "TooManyRequests", RpcCode.ResourceExhausted, "slow" },
        { StatusErrors.MethodNotSupported("pods", "delete"), 405, "MethodNotAllowed", RpcCode.Unimplemented, "delete is not supported on resources of kind \"pods\"" },
        { StatusErrors.RequestEntityTooLarge("limit is 3145728"), 413, "RequestEntityTooLarge", RpcCode.InvalidArgument, "Request entity too large: limit is 3145728" },
        { StatusErrors.ServerTimeout("pods", "create", 2), 500, "ServerTimeout", RpcCode.Unavailable, "The create operation against pods could not be completed at this time, please try again." },
        { StatusErrors.InternalError("oops"), 500, "InternalError", RpcCode.Internal, "Internal error occurred: oops" },
        { StatusErrors.Unclassified("odd"), 500, "", RpcCode.Internal, "odd" },
        { StatusErrors.TooLargeResourceVersion(9, 5), 504, "Timeout", RpcCode.DeadlineExceeded, "Timeout: Too large resource version: 9, current: 5" },
        { StatusErrors.Unauthorized(), 401, "Unauthorized", RpcCode.Unauthenticated, "Unauthorized" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Factory_EveryRefusal_HasCodeReasonAndText(ApiException refusal, int http, string reason, RpcCode rpc, string message)
    {
        Assert.Equal((http, reason, rpc, message, "Failure"), (refusal.Code, refusal.Reason, refusal.RpcCode, refusal.Status.Message, refusal.Status.Status_));
    }

    [Fact]
    public void Invalid_SeveralErrors_AreListedAndEachIsACause()
    {
        var errors = new FieldErrorList();
        errors.Add(FieldError.Required(FieldPath.Of("spec").Child("containers").Index(0).Child("image")));
        errors.Add(FieldError.Invalid(FieldPath.Of("spec", "limits").Key("cpu"), "-1", "must be greater than or equal to 0"));

        var status = StatusErrors.Invalid(ApiKinds.Of<Pod>(), "x", errors).Status;

        Assert.Equal("Pod \"x\" is invalid: [spec.containers[0].image: Required value, spec.limits[cpu]: Invalid value: \"-1\": must be greater than or equal to 0]", status.Message);
        Assert.Equal(("Pod", "x", 422), (status.Details.Kind, status.Details.Name, status.Code));
        Assert.Equal(["FieldValueRequired", "FieldValueInvalid"], status.Details.Causes.Select(cause => cause.Reason));
        Assert.Equal("Invalid value: \"-1\": must be greater than or equal to 0", status.Details.Causes[1].Message);
        Assert.Equal("spec.limits[cpu]", status.Details.Causes[1].Field);
    }

    [Theory]
    [InlineData("a\"b\\c\n", "\"a\\\"b\\\\c\\n\"")]
    [InlineData("ünï", "\"ünï\"")]
    [InlineData("\u0001\u00a0", "\"\\x01\\u00a0\"")]
    public void Quote_AnyText_IsQuotedAsGoDoes(string text, string quoted)
    {
        Assert.Equal(quoted, GoText.Quote(text));
    }
}
