namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>What a token is to the grammar.</summary>
internal enum TokenKind
{
    Word,
    Operator,

    /// <summary>Digits right before a redirection.</summary>
    Number,
    NewLine,
    End,
}

/// <summary>A piece of a script that the grammar knows, as it stands there, and as a word if it is one.</summary>
internal sealed record Token(TokenKind Kind, string Text, Word? Word, int Line);
