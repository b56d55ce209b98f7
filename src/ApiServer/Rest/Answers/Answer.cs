using MiniK8s.ApiServer.Registry;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Rest.Answers;

/// <summary>What a verb found, before it is written in the form the client wants.</summary>
internal abstract record Answer(int Code)
{
    /// <summary>One object.</summary>
    internal sealed record Object(IApiObject Value, int Code = 200) : Answer(Code);

    /// <summary>A collection.</summary>
    internal sealed record List(ObjectList Value) : Answer(200);

    /// <summary>A word on what was done.</summary>
    internal sealed record Outcome(Status Value, int Code = 200) : Answer(Code);

    /// <summary>The verb has written its answer itself, as it came.</summary>
    internal sealed record Streamed() : Answer(200);
}
