using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Bodies;
using MiniK8s.ApiServer.Rest.Parameters;

namespace MiniK8s.ApiServer.Rest.Verbs;

/// <summary>Stores a new object.</summary>
internal sealed class CreateVerb : IVerb
{
    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var options = RequestOptions.Create(request.Query);
        var obj = await ObjectBody.ReadAsync(request, options.FieldValidation, ct);
        return new Answer.Object(await request.Registry.CreateAsync(request.Context, request.Namespace, obj, options, ct), 201);
    }
}
